// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <system_error>

namespace conq::detail {

/// Who waits for an operation, and so how it is told.
enum class Waiter : std::uint8_t {
  caller,     ///< a thread blocked in the call: it makes the system calls itself
  handler,    ///< an IoHandler, run in wait()
  lent,       ///< a LentHandler, run in wait() with the poller's buffer
  coroutine,  ///< a coroutine, resumed in wait()
};

/// A read or a write under way: a link in its direction's queue. It lives where its waiter lives
/// (the blocked caller's stack, the coroutine's frame, the engine for a handler), so that none is
/// allocated. All members are guarded by the engine's lock.
struct Operation {
  Operation* next = nullptr;
  std::byte* data = nullptr;
  std::size_t size = 0;
  std::size_t done = 0;
  std::error_code error;
  Waiter waiter = Waiter::caller;
  bool queued = false;     ///< in the queue of its direction
  bool calling = false;    ///< a system call on its memory is under way
  bool cancelled = false;  ///< to be ended with operation_canceled instead of being tried again
  bool abandoned = false;  ///< its memory is about to go: nobody is to be told
};

struct CoroutineOperation : Operation {
  std::coroutine_handle<> continuation;
};

}  // namespace conq::detail
