// SPDX-License-Identifier: Apache-2.0
// kqueue(2) and kevent(2) with the types and constants of the kernel that this is compiled for.

#include <fcntl.h>
#include <sys/types.h>
// sys/event.h of the BSDs needs what stands above it.
#include <sys/event.h>
#include <sys/time.h>

#include <bit>

#include "tests/simulation/kernel/system_call.hpp"

namespace conq::sim {
namespace {

using Native = struct kevent;

bool filter_of(const Native& event, FilterKind& filter) {
  switch (event.filter) {
    case EVFILT_READ:
      filter = FilterKind::read;
      return true;
    case EVFILT_WRITE:
      filter = FilterKind::write;
      return true;
    case EVFILT_PROC:
      filter = FilterKind::process;
      return true;
#ifdef EVFILT_USER
    case EVFILT_USER:
      filter = FilterKind::user;
      return true;
#endif
    default:
      return false;
  }
}

int native_filter(FilterKind filter) {
  switch (filter) {
    case FilterKind::read:
      return EVFILT_READ;
    case FilterKind::write:
      return EVFILT_WRITE;
    case FilterKind::process:
      return EVFILT_PROC;
    case FilterKind::user:
#ifdef EVFILT_USER
      return EVFILT_USER;
#endif
      break;
  }
  return 0;
}

Kevent from_native(const Native& event, FilterKind filter) {
  Kevent made;
  made.ident = static_cast<std::uint64_t>(event.ident);
  made.filter = filter;
  const auto has = [&event](unsigned flag) {
    return (static_cast<unsigned>(event.flags) & flag) != 0U;
  };
  made.add = has(EV_ADD);
  made.remove = has(EV_DELETE);
  made.enable = has(EV_ENABLE);
  made.disable = has(EV_DISABLE);
  made.clear = has(EV_CLEAR);
  made.once = has(EV_ONESHOT);
#ifdef EV_RECEIPT
  made.receipt = has(EV_RECEIPT);
#endif
#ifdef NOTE_TRIGGER
  made.trigger =
      filter == FilterKind::user && (static_cast<unsigned>(event.fflags) & NOTE_TRIGGER) != 0U;
#endif
  made.udata = std::bit_cast<std::uintptr_t>(event.udata);
  return made;
}

Native to_native(const Kevent& event) {
  Native made{};
  made.ident = static_cast<decltype(made.ident)>(event.ident);
  made.filter = static_cast<decltype(made.filter)>(native_filter(event.filter));
  unsigned flags = 0;
  if (event.clear) flags |= EV_CLEAR;
  if (event.once) flags |= EV_ONESHOT;
  if (event.eof) flags |= EV_EOF;
  if (event.error) flags |= EV_ERROR;
  made.flags = static_cast<decltype(made.flags)>(flags);
  made.data = static_cast<decltype(made.data)>(event.data);
  made.udata = std::bit_cast<decltype(made.udata)>(static_cast<std::uintptr_t>(event.udata));
  return made;
}

/// Applies the changes; an errno where there is no room to tell of an error.
int apply_changes(const Dialect& dialect, Kqueue& queue, std::span<const Native> changes,
                  std::size_t room, std::vector<Kevent>& told) {
  for (const Native& native : changes) {
    FilterKind filter{};
    const bool known = filter_of(native, filter);
    Kevent change = from_native(native, filter);
    const int error = known ? queue.apply(change) : EINVAL;
    if (error == 0 && !change.receipt) continue;
    if (told.size() >= room) {
      if (error == 0 && !dialect.receipt_without_room_ends) continue;
      return error;
    }
    change.error = true;
    change.data = error;
    told.push_back(change);
  }
  return 0;
}

Kernel::Deadline deadline_of(const timespec* limit) {
  if (limit == nullptr) return std::nullopt;
  return SystemCall::now() + std::chrono::seconds(limit->tv_sec) +
         std::chrono::nanoseconds(limit->tv_nsec);
}

}  // namespace
}  // namespace conq::sim

using namespace conq::sim;

extern "C" {

int kqueue() {
  Result made;
  {
    SystemCall entered;
    made = entered.kernel.install(std::make_shared<Kqueue>(entered.kernel), false);
  }
  return finish(made);
}

int kevent(int fd, const Native* changes, CONQ_SIMULATED_COUNT change_count, Native* events,
           CONQ_SIMULATED_COUNT room, const timespec* limit) {
  Result result;
  {
    SystemCall entered;
    const auto queue = std::dynamic_pointer_cast<Kqueue>(entered.kernel.find(fd));
    std::vector<Kevent> told;
    const auto most = static_cast<std::size_t>(room);
    if (queue == nullptr) {
      result = Result::failure(EBADF);
    } else if (limit != nullptr && limit->tv_sec > 100'000'000 &&
               entered.kernel.dialect().long_wait_refused) {
      result = Result::failure(EINVAL);
    } else if (room > 0 && entered.kernel.faults.interrupted(*queue)) {
      result = Result::failure(EINTR);
    } else if (const int error = apply_changes(
                   entered.kernel.dialect(), *queue,
                   std::span(changes, static_cast<std::size_t>(change_count)), most, told);
               error != 0) {
      result = Result::failure(error);
    } else if (most > 0) {
      const auto deadline = deadline_of(limit);
      const bool waits = limit == nullptr || limit->tv_sec != 0 || limit->tv_nsec != 0;
      if (told.empty()) {
        told = queue->collect(most);
        // Another thread may take the events between being woken and looking.
        while (told.empty() && waits &&
               entered.block([&] { return queue->has_events(); }, deadline)) {
          told = queue->collect(most);
        }
      }
      entered.kernel.faults.events(told);
      if (told.size() > most) told.resize(most);
      if (!told.empty()) ++entered.kernel.counts.waits;
      for (std::size_t i = 0; i < told.size(); ++i) events[i] = to_native(told[i]);
      result = {static_cast<ssize_t>(told.size()), 0};
    }
  }
  return finish(result);
}

}  // extern "C"
