// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace conq::test {

/// How often operator new was called, by any thread. In programs that compile counted_new.cpp,
/// which replaces it.
long allocations();

}  // namespace conq::test
