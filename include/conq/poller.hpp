// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <system_error>

#include "conq/console.hpp"
#include "conq/detail/operation.hpp"
#include "conq/error.hpp"
#include "conq/fd.hpp"
#include "conq/handler.hpp"
#include "conq/native.hpp"

namespace conq {

namespace detail {
class Engine;
struct Registration;
}  // namespace detail

/// What the hangup of a console means to its readers and writers.
enum class Hangup {
  wait,  ///< the other side is away for a while: they wait until it is back
  end,   ///< it is gone: reads end once all is read, writes fail with errc::hung_up
};

struct AddOptions {
  Hangup hangup = Hangup::wait;
};

/// An asynchronous read or write to be awaited: `co_await console.async_read(buffer)` gives the
/// number of bytes. It starts when awaited; the coroutine goes on inside wait(), or at once where
/// the operation was refused. It lives in the coroutine's frame and allocates nothing. Awaited
/// again it is the next operation; while it is pending std::errc::operation_in_progress. Not copied
/// or moved.
///
/// A frame destroyed while it waits takes the operation back. To be done in the thread that serves
/// it, or while none does: in another one the coroutine may be going on already.
class [[nodiscard]] IoAwaiter {
 public:
  IoAwaiter(const IoAwaiter&) = delete;
  IoAwaiter& operator=(const IoAwaiter&) = delete;
  ~IoAwaiter();

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> continuation) noexcept;
  /// Throws Error, unless made by the form with an error_code.
  std::size_t await_resume();

 private:
  template <class>
  friend class BasicChannel;
  enum class Direction : bool { read, write };
  IoAwaiter(std::shared_ptr<detail::Registration> registration, Direction direction,
            std::byte* data, std::size_t size, std::error_code* ec) noexcept;

  std::shared_ptr<detail::Registration> registration_;
  detail::CoroutineOperation operation_;
  std::error_code refused_;
  std::error_code* ec_;
  Direction direction_;
};

/// A descriptor on a queue: what consoles and streams have in common. A move-only handle; dropping
/// it is shutdown() and close().
///
/// Thread-safety: every member may be called from any thread, also while others are in reads and
/// writes of the same channel; moving and destroying the handle need the caller's own exclusion.
/// One asynchronous operation a direction at a time; blocking callers queue up, first come, first
/// served.
///
/// Every operation ends exactly once. Errors common to all: errc::closed after close() or a move;
/// what read(2) and write(2) report, other than EAGAIN, EINTR and what this kernel says at hangup.
///
/// A stream's peer that is gone makes a write fail with EPIPE and, unless the program ignores it,
/// raises SIGPIPE, as write(2) does: conq changes no signal's disposition.
template <class Backend>
class BasicChannel {
 public:
  BasicChannel() noexcept;
  BasicChannel(BasicChannel&&) noexcept;
  BasicChannel& operator=(BasicChannel&&) noexcept;
  ~BasicChannel();

  /// The descriptor, still owned; -1 once closed.
  int fd() const noexcept;
  explicit operator bool() const noexcept { return fd() >= 0; }

  /// Waits for at least one byte and reads what is there. Returns 0 once the channel has ended:
  /// after shutdown(), at the end of a stream, or at a hangup under Hangup::end, each time after
  /// the last byte. A read into no room returns 0 at once. Blocks only its caller: sleeps while a
  /// wait() runs, turns the queue itself otherwise.
  /// Errors: std::errc::resource_deadlock_would_occur in a handler or coroutine that has a further
  /// asynchronous read of this channel pending, which comes first and waits for the handler's end.
  std::size_t read(std::span<std::byte> into);
  std::size_t read(std::span<std::byte> into, std::error_code& ec) noexcept;

  /// The same, for at most `limit`: 0 or less only looks, the longest is none.
  /// Errors: errc::timed_out; nothing was read then.
  std::size_t read_for(std::span<std::byte> into, std::chrono::nanoseconds limit);
  std::size_t read_for(std::span<std::byte> into, std::chrono::nanoseconds limit,
                       std::error_code& ec) noexcept;

  /// Writes all of it, in order and not interleaved with another write. Blocks only its caller,
  /// until the last byte is accepted by the kernel. Returns the bytes written, also with an error.
  /// Errors: errc::shut_down; under Hangup::end errc::hung_up; in handlers as read().
  std::size_t write(std::span<const std::byte> from);
  std::size_t write(std::span<const std::byte> from, std::error_code& ec) noexcept;

  /// Starts a read; `handler` is called in wait(), exactly once. `into` has to live until then;
  /// into no room it reads 0 bytes. Readers that block meanwhile stand behind it, also where no
  /// wait() serves it.
  /// Errors: std::errc::operation_in_progress if an asynchronous read is pending,
  /// std::errc::invalid_argument if `handler` is empty, std::errc::not_enough_memory where more
  /// operations are pending than ever before and there is none: `handler` is dropped uncalled, as
  /// with any error of the call itself.
  void async_read(std::span<std::byte> into, IoHandler handler);
  void async_read(std::span<std::byte> into, IoHandler handler, std::error_code& ec) noexcept;

  /// The same into a buffer of the poller's (64 KiB), lent for the time of the call: a channel that
  /// waits needs no memory for one.
  void async_read(LentHandler handler);
  void async_read(LentHandler handler, std::error_code& ec) noexcept;

  /// Starts a write of all of `from`, which has to live until `handler` was called.
  /// Errors: as async_read.
  void async_write(std::span<const std::byte> from, IoHandler handler);
  void async_write(std::span<const std::byte> from, IoHandler handler,
                   std::error_code& ec) noexcept;

  /// The same, to be awaited. Where `ec` is given it must outlive the operation.
  IoAwaiter async_read(std::span<std::byte> into) noexcept;
  IoAwaiter async_read(std::span<std::byte> into, std::error_code& ec) noexcept;
  IoAwaiter async_write(std::span<const std::byte> from) noexcept;
  IoAwaiter async_write(std::span<const std::byte> from, std::error_code& ec) noexcept;

  /// Ends pending asynchronous operations with std::errc::operation_canceled; their handlers are
  /// called in wait(), and are told how much was moved before. Blocked callers stay. Does nothing
  /// where none is pending.
  void cancel() noexcept;
  /// The same for one direction.
  void cancel_read() noexcept;
  void cancel_write() noexcept;

  /// Takes the channel off the queue. Reads, pending and later, give what is readable and then end;
  /// writes, pending and later, fail with errc::shut_down. Blocked callers return whether or not a
  /// wait() runs. Does not block. Again: does nothing.
  void shutdown() noexcept;
  /// The same; calls `close` with the descriptor, in this thread, to take it off the queue, for
  /// instance by BasicPoller::close_console(). What `close` throws is passed on, after the
  /// shutdown.
  void shutdown(std::function<void(int fd)> close);

  /// shutdown(), and the descriptor is closed once system calls under way on it have returned. Does
  /// not block. Errors: errc::closed if that was done already.
  void close();
  void close(std::error_code& ec) noexcept;

 protected:
  template <class>
  friend class BasicPoller;
  template <class>
  friend class BasicProcess;
  template <class>
  friend class BasicRelay;
  explicit BasicChannel(std::shared_ptr<detail::Registration> registration) noexcept;
  std::shared_ptr<detail::Registration> registration_;
};

/// A pipe, socket or file on the queue. What epoll and kqueue cannot watch, regular files and
/// /dev/null, is taken as always ready. Of a socket that keeps messages apart (SOCK_DGRAM,
/// SOCK_SEQPACKET) a read takes one message, and what of it has no room is lost, as read(2) says;
/// 0 of a datagram socket is an empty datagram, no end.
template <class Backend>
class BasicPolledStream : public BasicChannel<Backend> {
 public:
  BasicPolledStream() noexcept = default;

 private:
  template <class>
  friend class BasicPoller;
  using BasicChannel<Backend>::BasicChannel;
};

/// A console on the queue, with all that a Console can do besides.
template <class Backend>
class BasicPolledConsole : public BasicChannel<Backend> {
 public:
  BasicPolledConsole() noexcept = default;

  /// As the members of Console with these names; errc::closed once closed.
  std::string name() const;
  WinSize size() const;
  WinSize size(std::error_code& ec) const noexcept;
  void resize(WinSize size);
  void resize(WinSize size, std::error_code& ec) noexcept;
  void resize_from(const Console& other);
  void resize_from(const Console& other, std::error_code& ec) noexcept;
  void set_raw();
  void set_raw(std::error_code& ec) noexcept;
  void disable_echo();
  void disable_echo(std::error_code& ec) noexcept;
  void reset();
  void reset(std::error_code& ec) noexcept;

 private:
  template <class>
  friend class BasicPoller;
  template <class>
  friend class BasicProcess;
  using BasicChannel<Backend>::BasicChannel;
};

/// One kernel queue and the consoles on it.
///
/// Thread-safety: every member may be called from any thread. Handlers and continuations run inside
/// wait() and wait_for() alone; an exception that one throws leaves that call, and the poller stays
/// usable: what else was ready is served by the next call. A handler may destroy its console or
/// this poller, and may call wait_for() and wait(), which serve the others meanwhile.
///
/// Fork: in a child every call on a poller of its parent, and on what is on it, ends with
/// errc::forked or, where it reports nothing, does nothing. Both may be destroyed there.
template <class Backend>
class BasicPoller {
 public:
  using Channel = BasicChannel<Backend>;
  using PolledConsole = BasicPolledConsole<Backend>;
  using PolledStream = BasicPolledStream<Backend>;

  /// Makes the queue, close-on-exec. Errors: EMFILE, ENFILE, ENOMEM; std::bad_alloc. Every call on
  /// one that could not be made reports errc::closed.
  BasicPoller();
  explicit BasicPoller(std::error_code& ec) noexcept;
  BasicPoller(const BasicPoller&) = delete;
  BasicPoller& operator=(const BasicPoller&) = delete;
  /// close(); pending handlers are called here, in this thread, where no wait() is left to do so;
  /// what they throw is dropped. Threads that are in wait() or blocked in a call return.
  /// Asynchronous operations of channels that live on are refused from then on: errc::closed.
  ~BasicPoller();

  /// Puts a console on the queue: non-blocking, registered once, edge-triggered, both directions.
  /// On failure the console is closed, unless its descriptor is on the queue already. Closing the
  /// number elsewhere, or adding it to a second poller too, ends in EBADF or in its next owner's
  /// file, and what waits meanwhile is not told before shutdown().
  /// Errors: errc::closed (the poller, or the console), errc::already_registered, what epoll_ctl(2)
  /// or kevent(2) report.
  PolledConsole add(Console console, AddOptions options = {});
  PolledConsole add(Console console, AddOptions options, std::error_code& ec) noexcept;
  /// The same for a pipe, socket or file. O_NONBLOCK is set on the open file description, which
  /// other descriptors, in other processes too, may share.
  PolledStream add(Fd fd);
  PolledStream add(Fd fd, std::error_code& ec) noexcept;

  /// Serves until close() and until what was pending then is complete, which a wait() called in a
  /// handler leaves to the one around it. Several threads may. Returns at once on a closed poller.
  void wait();
  void wait(std::error_code& ec);
  /// One turn: waits at most `limit` for events, then serves each ready channel once; returns how
  /// many operations it completed. 0 or less: looks, does not wait; the longest: no limit.
  /// Resolution: a millisecond, rounded up.
  std::size_t wait_for(std::chrono::nanoseconds limit);
  std::size_t wait_for(std::chrono::nanoseconds limit, std::error_code& ec);

  /// A descriptor that poll(2), epoll and kqueue call readable when wait_for(0) has something to
  /// do: for nesting in another event loop. Made at the first call (EMFILE, ENFILE), owned by the
  /// poller. Errors besides: std::errc::operation_not_supported through libkqueue, whose queues
  /// nobody can poll.
  int native_handle() const;
  int native_handle(std::error_code& ec) const noexcept;

  /// shutdown() of the channel with this descriptor. Errors: errc::not_registered.
  void close_console(int fd);
  void close_console(int fd, std::error_code& ec) noexcept;

  /// Ends every wait() and shuts every channel down. Does not wait for either.
  /// Errors: errc::closed if that was done already.
  void close();
  void close(std::error_code& ec) noexcept;

 private:
  template <class>
  friend class BasicProcess;
  template <class>
  friend class BasicConsoleSocket;
  std::shared_ptr<detail::Engine> engine_;
};

}  // namespace conq
