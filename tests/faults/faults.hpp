// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/faults/calls.hpp"

// Which call of conq's fails. The archives of conq are copied with the names of what they call
// changed (objcopy --redefine-syms): read became conq_fault_read, which is in seam.cpp and counts,
// fails or passes on. That is a better seam than a preloaded library or the linker's --wrap: none
// of the test's own calls, nor those of the C++ library or a sanitizer, are taken for conq's; the
// sanitizers' interceptors stay below, where they belong; and the objects are those of the product,
// of the tool, too.

namespace conq::test {

/// The `nth` call, counted from 1, fails with `error`. An operator new of that number throws.
struct Fault {
  Call call = Call::count;
  int error = 0;
  long nth = 0;
  /// Fails every time besides, as on a kernel that does not have it; for what is called only then.
  Call without = Call::count;
  int without_error = 0;
};

/// From now on, in all threads and in forked children, calls are counted from 0 and `fault` is
/// made.
void arm(const Fault& fault);
/// The same without a fault: of the calls that may be interrupted half are, and of those that move
/// bytes many move less than they could, or nothing yet (EAGAIN).
void arm_storm();
void disarm();

/// Since arm(): how often `call` was made, also after disarm(); how often one failed by arm().
long calls_made(Call call);
long faults_made();
/// In a storm: how many were interrupted, cut short or put off.
long calls_disturbed();

/// For its time what this thread allocates is the test's own: not counted, never failing.
class OwnAllocations {
 public:
  OwnAllocations() noexcept;
  OwnAllocations(const OwnAllocations&) = delete;
  OwnAllocations& operator=(const OwnAllocations&) = delete;
  ~OwnAllocations();
};

/// The counts are kept in this file, for a process that started this one to look at. Aborts where
/// that cannot be.
void share_counts(const char* path);

// For seam.cpp and failing_new.cpp.

/// Counts `call`; true, with errno, if this one is to fail.
bool fails(Call call) noexcept;
bool in_storm() noexcept;
/// A number that says how a storm disturbs the next call of this thread.
unsigned next_in_storm() noexcept;
void note_disturbed() noexcept;
/// Whether an allocation is to fail; counts it.
bool allocation_fails() noexcept;

}  // namespace conq::test
