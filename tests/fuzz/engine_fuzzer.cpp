// SPDX-License-Identifier: Apache-2.0
// The engine on real ptys: the bytes are a program of what its caller and the far ends do, in
// which order; a handler does what comes next. Every operation completes once with a result that
// it may have, every byte arrives once and in order, and no descriptor is left.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "conq/conq.hpp"
#include "conq/task.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/engine_seat.hpp"
#include "tests/support/kernel_traits.hpp"

namespace {

using namespace conq::fuzz;  // NOLINT(google-build-using-namespace): the other half of this
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

class Run {
 public:
  Run(const std::uint8_t* data, std::size_t size) : program_(data, size) {
    seats_.reserve(most_seats);
  }

  void play() {
    served_ = program_.next() % 4 == 0;
    add();
    if (served_) server_ = std::thread([&poller = *poller_] { poller.wait(); });
    for (int steps = 0; !program_.over() && steps < 200; ++steps) {
      try {
        act();
      } catch (const Thrown&) {
      }
    }
    settle();
    end();
  }

 private:
  // What the operations tell. ------------------------------------------------------------------

  void told_read(Seat& seat, Operation& operation, std::error_code ec,
                 std::span<const std::byte> got) {
    {
      const std::lock_guard lock(seat.mutex);
      count_call(operation);
      check_read(seat, operation.size, operation.cancelled, ec, got, 0);
    }
    go_on();
  }
  void told_write(Seat& seat, Operation& operation, std::error_code ec, std::size_t count) {
    {
      const std::lock_guard lock(seat.mutex);
      count_call(operation);
      check_write(seat, operation.size, operation.cancelled, ec, count);
    }
    go_on();
  }
  // The caller's side. -------------------------------------------------------------------------

  /// A handler does what comes next, unless in a thread of its own.
  void go_on() {
    if (served_ || std::this_thread::get_id() != thread_ || depth_ >= 3) return;
    ++depth_;
    struct Back {
      int& depth;
      ~Back() { --depth; }
    } const back{depth_};
    if (program_.next() % 2 == 0) act();
  }

  Operation& begin(Seat& seat, bool writes, std::size_t size) {
    Operation& operation = operations_.emplace_back();
    operation.writes = writes;
    const std::lock_guard lock(seat.mutex);
    operation.size = size;
    if (writes) operation.buffer = bytes_from(seat.written, size);
    if (writes && !seat.slave) seat.hears_all = false;
    return operation;
  }
  void check_started(Seat& seat, Operation& operation, std::error_code ec) {
    const std::lock_guard lock(seat.mutex);
    Operation*& last = seat.pending[operation.writes ? 1 : 0];
    const bool busy = is_pending(last);
    operation.refused = static_cast<bool>(ec);
    if (ec == conq::errc::closed) {
      check(seat.closed || !poller_, "refused as closed");
    } else if (ec) {
      check(ec == std::errc::operation_in_progress && (busy || served_), "one at a time");
    } else {
      check(served_ || (!busy && !seat.closed && poller_), "started though it had to be refused");
      last = &operation;
    }
  }
  static bool is_pending(const Operation* operation) {
    return operation != nullptr && operation->calls == 0 && !operation->abandoned;
  }
  /// The first byte of the next write is known once the last one is over.
  static bool may_write(Seat& seat) {
    const std::lock_guard lock(seat.mutex);
    return !is_pending(seat.pending[1]);
  }

  void read_with_handler(Seat& seat, std::size_t size) {
    Operation& operation = begin(seat, false, size);
    operation.buffer.resize(size);
    std::error_code ec;
    seat.console.async_read(
        operation.buffer,
        [this, &seat, &operation](std::error_code error, std::size_t count) {
          told_read(seat, operation, error, std::span(operation.buffer).first(count));
        },
        ec);
    check_started(seat, operation, ec);
  }
  void read_lent(Seat& seat) {
    Operation& operation = begin(seat, false, 65536);
    std::error_code ec;
    seat.console.async_read(
        [this, &seat, &operation](std::error_code error, std::span<const std::byte> bytes) {
          told_read(seat, operation, error, bytes);
        },
        ec);
    check_started(seat, operation, ec);
  }
  void write_with_handler(Seat& seat, std::size_t size) {
    if (served_ && !may_write(seat)) return;
    Operation& operation = begin(seat, true, size);
    std::error_code ec;
    seat.console.async_write(
        operation.buffer,
        [this, &seat, &operation](std::error_code error, std::size_t count) {
          told_write(seat, operation, error, count);
        },
        ec);
    check_started(seat, operation, ec);
  }

  /// Of a coroutine that goes on, which it does at once where the operation was refused.
  void awaited(Seat& seat, Operation& operation, std::error_code ec, std::size_t count) {
    if (ec == conq::errc::closed || ec == std::errc::operation_in_progress) {
      check_started(seat, operation, ec);
    } else if (operation.writes) {
      told_write(seat, operation, ec, count);
    } else {
      told_read(seat, operation, ec, std::span(operation.buffer).first(count));
    }
  }
  static conq::Task<> await(Run& run, Seat& seat, Operation& operation) {
    std::error_code ec;
    const std::size_t count = operation.writes
                                  ? co_await seat.console.async_write(operation.buffer, ec)
                                  : co_await seat.console.async_read(operation.buffer, ec);
    run.awaited(seat, operation, ec, count);
  }
  void start_task(Seat& seat, bool writes, std::size_t size) {
    if (writes && served_ && !may_write(seat)) return;
    Operation& operation = begin(seat, writes, size);
    operation.buffer.resize(size);
    conq::start(await(*this, seat, operation), [](const std::exception_ptr&) {});
    if (!operation.refused) check_started(seat, operation, {});
  }

  static Frame await_in_frame(Run& run, Seat& seat, Operation& operation) {
    std::error_code ec;
    const std::size_t count = co_await seat.console.async_read(operation.buffer, ec);
    const int depth = std::exchange(run.depth_, 3);  // what is thrown would end here
    run.awaited(seat, operation, ec, count);
    run.depth_ = depth;
  }
  void start_frame(Seat& seat) {
    // Only the thread that serves may destroy it.
    if (served_ || frames_.size() >= 4) return;
    Operation& operation = begin(seat, false, 16);
    operation.buffer.resize(16);
    frames_.emplace_back(await_in_frame(*this, seat, operation), &operation);
    if (!operation.refused) check_started(seat, operation, {});
  }
  void destroy_frame() {
    if (frames_.empty()) return;
    const auto [frame, operation] = frames_.back();
    frames_.pop_back();
    if (!operation->refused && operation->calls == 0) operation->abandoned = true;
    frame.handle.destroy();
  }

  void read_for_no_time(Seat& seat, std::size_t size, nanoseconds limit = nanoseconds::zero()) {
    Bytes room(size);
    std::error_code ec;
    const std::size_t count = seat.console.read_for(room, limit, ec);
    if (ec == conq::errc::timed_out) return;
    const std::lock_guard lock(seat.mutex);
    if (ec == conq::errc::closed) {
      check(seat.closed, "closed after a close");
    } else {
      check_read(seat, size, false, ec, std::span(room).first(count), 1);
    }
  }
  void read_what_is_there(Seat& seat) {
    if (served_ || is_pending(seat.pending[0]) || seat.readers.size() > 2 || seat.closed) return;
    if (seat.read == seat.said) return;
    Bytes room(100);
    const std::size_t count = seat.console.read(room);
    check_read(seat, room.size(), false, {}, std::span(room).first(count), 1);
  }
  void block_a_reader(Seat& seat) {
    if (threads_.size() >= 3) return;
    std::size_t reader = 0;
    {
      const std::lock_guard lock(seat.mutex);
      if (seat.closed) return;
      reader = seat.readers.size();
      seat.readers.emplace_back();
    }
    threads_.emplace_back([&seat, reader] {
      Bytes room(20);
      std::error_code ec;
      const std::size_t count = seat.console.read(room, ec);
      const std::lock_guard lock(seat.mutex);
      if (ec == conq::errc::closed) {
        check(seat.closed, "closed after a close");
      } else {
        check_read(seat, room.size(), false, ec, std::span(room).first(count), reader);
      }
    });
  }
  void write_where_there_is_room(Seat& seat, std::size_t size) {
    {
      const std::lock_guard lock(seat.mutex);
      if (is_pending(seat.pending[1]) || !seat.slave || !seat.hears_all) return;
      if (seat.written - seat.heard > 800) return;
    }
    std::error_code ec;
    const std::size_t count = seat.console.write(bytes_from(seat.written, size), ec);
    const std::lock_guard lock(seat.mutex);
    if (ec == conq::errc::closed) {
      check(seat.closed, "closed after a close");
    } else {
      check_write(seat, size, false, ec, count);
    }
  }

  void cancel(Seat& seat, unsigned what) {
    {
      const std::lock_guard lock(seat.mutex);
      for (unsigned writes = 0; writes < 2; ++writes) {
        if (what % 3 != 1 - writes && is_pending(seat.pending[writes])) {
          seat.pending[writes]->cancelled = true;
        }
      }
    }
    if (what % 3 == 0) seat.console.cancel_read();
    if (what % 3 == 1) seat.console.cancel_write();
    if (what % 3 == 2) seat.console.cancel();
  }
  static void mark_shut_down(Seat& seat) {
    const std::lock_guard lock(seat.mutex);
    seat.shut_down = true;
  }
  void shut_down(Seat& seat, unsigned how) {
    const bool closes = how % 6 == 2 && !seat.shut_down;
    mark_shut_down(seat);
    if (closes) mark_closed(seat);
    std::error_code ec;
    if (how % 3 == 0) seat.console.shutdown();
    if (how % 3 == 1 && poller_) poller_->close_console(seat.console.fd(), ec);
    if (how % 3 == 2) {
      seat.console.shutdown([&](int fd) {
        std::error_code unknown;
        if (poller_) poller_->close_console(fd, unknown);
        if (closes) seat.console.close(unknown);
      });
    }
  }
  static void mark_closed(Seat& seat) {
    const std::lock_guard lock(seat.mutex);
    seat.shut_down = seat.closed = true;
  }
  void close(Seat& seat, unsigned how) {
    const bool was_closed = seat.closed;
    mark_closed(seat);
    // Threads that are blocked use the handle.
    if (how % 2 == 0 && threads_.empty()) {
      seat.console = {};
      return;
    }
    std::error_code ec;
    seat.console.close(ec);
    check(static_cast<bool>(ec) == was_closed, "a close works once");
  }
  void move(Seat& seat) {
    if (!threads_.empty()) return;
    auto moved = std::move(seat.console);
    std::error_code ec;
    std::array<std::byte, 1> room{};
    seat.console.read(room, ec);
    check(ec == conq::errc::closed, "closed after a move");
    seat.console = std::move(moved);
  }
  void give_an_empty_handler(Seat& seat) {
    std::array<std::byte, 1> room{};
    std::error_code ec;
    seat.console.async_read(room, conq::IoHandler(), ec);
    check(ec == std::errc::invalid_argument || (ec == conq::errc::closed && seat.closed),
          "an empty handler is refused");
  }

  void add() {
    if (seats_.size() >= most_seats) return;
    auto made = std::make_unique<Seat>();
    conq::Pty pty = conq::open_pty();
    pty.master.set_raw();
    made->slave = std::move(pty.slave);
    made->slave_name = pty.slave_name;
    make_non_blocking(made->slave);
    made->hangup = program_.next() % 2 == 0 ? conq::Hangup::wait : conq::Hangup::end;
    std::error_code ec = conq::errc::closed;
    if (poller_) made->console = poller_->add(std::move(pty.master), {made->hangup}, ec);
    check(!ec || (ec == conq::errc::closed && (!poller_ || closed_)), "a console is added");
    made->closed = made->shut_down = static_cast<bool>(ec);
    seats_.push_back(std::move(made));
  }
  void close_poller() {
    if (!poller_) return;
    for (auto& each : seats_) mark_shut_down(*each);
    std::error_code ec;
    poller_->close(ec);
    check(static_cast<bool>(ec) == closed_, "a poller is closed once");
    closed_ = true;
  }
  void destroy_poller() {
    if (!poller_) return;
    if (server_.joinable()) {
      close_poller();
      server_.join();
    }
    for (auto& each : seats_) mark_shut_down(*each);
    poller_.reset();
  }
  void serve() {
    if (poller_ && (!served_ || closed_)) poller_->wait_for(nanoseconds::zero());
  }

  // The far end. -------------------------------------------------------------------------------

  static void make_non_blocking(const conq::Fd& fd) {
    ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
  }
  static void say(Seat& seat, std::size_t size) {
    // Locked, so that it is known before somebody reads it.
    const std::lock_guard lock(seat.mutex);
    if (!seat.slave) return;
    const Bytes sent = bytes_from(seat.said, size);
    const ssize_t count = ::write(seat.slave.get(), sent.data(), sent.size());
    if (count <= 0) return;
    seat.said += static_cast<std::size_t>(count);
    if (seat.hangup == conq::Hangup::wait || !seat.was_hung_up) seat.to_read = seat.said;
  }
  static void hear(Seat& seat) {
    if (!seat.slave) return;
    Bytes room(4096);
    const ssize_t count = ::read(seat.slave.get(), room.data(), room.size());
    if (count <= 0) return;
    room.resize(static_cast<std::size_t>(count));
    const std::lock_guard lock(seat.mutex);
    if (seat.hears_all) check(room == bytes_from(seat.heard, room.size()), "written in order");
    seat.heard += room.size();
  }
  static void hang_up(Seat& seat) {
    const std::lock_guard lock(seat.mutex);
    // Elsewhere its close waits until all is read.
    if (!conq::test::kernel_traits().hangup_leaves_bytes && seat.read < seat.said) return;
    seat.was_hung_up = true;
    // What becomes of the rest is the kernel's.
    if (is_pending(seat.pending[1]) || seat.heard < seat.written) seat.hears_all = false;
    seat.slave.reset();
  }
  static void reopen(Seat& seat) {
    if (seat.slave || !seat.console) return;
    seat.slave.reset(::open(seat.slave_name.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!seat.slave) return;
    make_non_blocking(seat.slave);
    std::error_code ec;
    seat.console.set_raw(ec);
  }

  // --------------------------------------------------------------------------------------------

  void act() {
    const unsigned what = program_.next();
    Seat& seat = *seats_[what / 32 % seats_.size()];
    switch (what % 32) {
      case 1:
        return read_with_handler(seat, program_.next() % 65);
      case 2:
        return read_lent(seat);
      case 3:
        return write_with_handler(seat, program_.next() % 65);
      case 4:
        return write_with_handler(seat, more_than_fits);
      case 5:
        return read_for_no_time(seat, program_.next() % 65);
      case 6:
        return start_task(seat, false, program_.next() % 65);
      case 7:
        return start_task(seat, true, program_.next() % 65);
      case 8:
        return start_frame(seat);
      case 9:
        return destroy_frame();
      case 10:
        return cancel(seat, program_.next());
      case 11:
        return shut_down(seat, program_.next());
      case 12:
        return close(seat, program_.next());
      case 13:
        return move(seat);
      case 14:
        return give_an_empty_handler(seat);
      case 15:
        return block_a_reader(seat);
      case 16:
        return read_what_is_there(seat);
      case 17:
        return write_where_there_is_room(seat, program_.next() % 65);
      case 18:
        return add();
      case 19:
        return close_poller();
      case 20:
        return destroy_poller();
      case 21:
        return ask_for_a_handle();
      case 22:
        return throw_in_a_handler();
      case 23:
        return hang_up(seat);
      case 24:
        return reopen(seat);
      case 25:
        return hear(seat);
      case 26:
        return say(seat, program_.next() * 8);
      case 27:
      case 28:
        return say(seat, 1 + program_.next() % 20);
      default:
        return serve();
    }
  }
  void ask_for_a_handle() {
    std::error_code ec;
    if (poller_) poller_->native_handle(ec);
  }
  void throw_in_a_handler() const {
    if (depth_ > 0) throw Thrown();
  }

  /// Until `holds`, or something is lost.
  template <class Holds>
  void serve_until(Holds holds, const char* what) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (!holds()) {
      check(std::chrono::steady_clock::now() < end, what);
      try {
        serve();
      } catch (const Thrown&) {
      }
    }
  }
  /// Everything that was said is read, everything that was written is heard.
  void settle() {
    // By number: a handler may add one.
    for (std::size_t i = 0; i < seats_.size(); ++i) {
      Seat& seat = *seats_[i];
      serve_until(
          [&] {
            if (seat.shut_down) return true;
            const bool over = [&] {
              const std::lock_guard lock(seat.mutex);
              return seat.read >= seat.to_read;
            }();
            if (!over) read_for_no_time(seat, 4096, milliseconds(1));
            return over;
          },
          "all that was said is read");
      serve_until(
          [&] {
            if (!seat.slave || !seat.hears_all || seat.closed) return true;
            pollfd readable{seat.slave.get(), POLLIN, 0};
            ::poll(&readable, 1, 1);
            hear(seat);
            const std::lock_guard lock(seat.mutex);
            return !is_pending(seat.pending[1]) && seat.heard == seat.written;
          },
          "all that was written is heard");
    }
  }
  void end() {
    for (auto& each : seats_) shut_down(*each, 0);
    destroy_poller();
    for (std::thread& each : threads_) each.join();
    while (!frames_.empty()) destroy_frame();
    for (const Operation& each : operations_) {
      check(each.calls == (each.refused || each.abandoned ? 0 : 1), "each completes exactly once");
    }
    for (auto& each : seats_) check(Tiling(each->readers).holds(), "read in order, and once");
  }

  Program program_;
  const std::thread::id thread_ = std::this_thread::get_id();
  bool served_ = false;  ///< by a thread of its own
  bool closed_ = false;
  int depth_ = 0;  ///< of handlers
  std::vector<std::unique_ptr<Seat>> seats_;
  std::deque<Operation> operations_;
  std::vector<std::pair<Frame, Operation*>> frames_;
  std::unique_ptr<conq::Poller> poller_ = std::make_unique<conq::Poller>();
  std::thread server_;
  std::vector<std::thread> threads_;
};

/// Which of the first descriptors are open: as many as a run has at once, twice.
std::array<bool, 64> open_descriptors() {
  std::array<bool, 64> open{};
  for (int fd = 0; fd < 64; ++fd) open[static_cast<std::size_t>(fd)] = ::fcntl(fd, F_GETFD) >= 0;
  return open;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto before = open_descriptors();
  std::make_unique<Run>(data, size)->play();
  check(open_descriptors() == before, "no descriptor is left, and none is lost");
  return 0;
}
