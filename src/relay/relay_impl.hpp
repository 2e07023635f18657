// SPDX-License-Identifier: Apache-2.0
#pragma once

// The body of BasicRelay, compiled once a backend: relay_epoll.cpp, relay_kqueue.cpp.

#include <array>
#include <mutex>
#include <new>
#include <utility>

#include "conq/relay.hpp"
#include "device/throwing.hpp"
#include "engine/fork.hpp"
#include "engine/names.hpp"
#include "relay/finish.hpp"

namespace conq {

/// What the handlers under way share and keep alive. Each direction has at most one operation under
/// way, so its pump is touched by one thread at a time; the lock guards what the two directions and
/// stop() tell each other. User code runs without the lock.
template <class Backend>
class BasicRelay<Backend>::State : public std::enable_shared_from_this<State> {
 public:
  State(const RelayEnd<Backend>& a, const RelayEnd<Backend>& b, RelayOptions&& options,
        Handler<const RelayResult&>&& done)
      : done_(std::move(done)) {
    if (options.forward) {
      forward_.open(a.in, b.out, options.buffer, std::move(options.forward_tap));
      forward_.finish = options.forward_finish;
      forward_.stops_other = options.end_with_forward;
    }
    if (options.backward) {
      backward_.open(b.in, a.out, options.buffer, std::move(options.backward_tap));
      backward_.finish = options.backward_finish;
      backward_.stops_other = options.end_with_backward;
    }
  }

  void launch(std::error_code& ec) noexcept {
    const std::lock_guard lock(mutex_);
    for (Pump* pump : {&forward_, &backward_}) {
      if (pump->phase != Phase::opened) continue;
      start_read(*pump, ec);
      if (ec) break;
      ++running_;
    }
    if (!ec) return;
    // What the first direction may have read by now is still passed on: nothing is lost.
    done_.reset();
    begin_stop();
  }

  void stop() noexcept {
    // In a child the lock may be held for good by a thread that is not there.
    if (forks_ != detail::forks()) return;
    const std::lock_guard lock(mutex_);
    begin_stop();
  }

 private:
  enum class Phase { none, opened, reading, passing, finishing, ended };

  /// A channel used, not owned: the handle to the same registration, which closes nothing.
  class Borrowed {
   public:
    Borrowed() noexcept = default;
    explicit Borrowed(const BasicChannel<Backend>& channel) noexcept
        : channel_(channel.registration_) {}
    Borrowed(Borrowed&&) noexcept = default;
    Borrowed& operator=(Borrowed&& other) noexcept {
      channel_.registration_ = std::move(other.channel_.registration_);
      return *this;
    }
    ~Borrowed() { channel_.registration_.reset(); }
    BasicChannel<Backend>* operator->() noexcept { return &channel_; }
    detail::Registration& registration() noexcept { return *channel_.registration_; }

   private:
    BasicChannel<Backend> channel_;
  };

  /// One direction.
  struct Pump {
    void open(const BasicChannel<Backend>& from, const BasicChannel<Backend>& to,
              std::size_t buffer_size, std::function<void(std::span<const std::byte>)> its_tap) {
      source = Borrowed(from);
      sink = Borrowed(to);
      buffer = std::make_unique_for_overwrite<std::byte[]>(buffer_size);
      size = buffer_size;
      tap = std::move(its_tap);
      phase = Phase::opened;
    }

    Phase phase = Phase::none;
    Borrowed source, sink;
    std::unique_ptr<std::byte[]> buffer;
    std::size_t size = 0;
    std::function<void(std::span<const std::byte>)> tap;
    Finish finish = Finish::nothing;
    bool stops_other = false;
    detail::EofKey eof_key;
    bool pressing_again = false;  ///< a further end-of-file key is being written to the sink
    std::byte last =
        std::byte{'\n'};  ///< the last byte passed on; nothing yet is no unfinished line
    std::uint64_t bytes = 0;
    std::error_code error;
  };

  // The next operation of a direction; all need the lock.
  void start_read(Pump& pump, std::error_code& ec) noexcept {
    pump.source->async_read({pump.buffer.get(), pump.size}, told<&State::was_read>(pump), ec);
    // Where it was refused the read that is pending there is somebody else's: not ours to cancel.
    if (!ec) pump.phase = Phase::reading;
  }
  void start_write(Pump& pump, std::size_t count, std::error_code& ec) noexcept {
    pump.sink->async_write({pump.buffer.get(), count}, told<&State::was_written>(pump), ec);
    pump.phase = Phase::passing;
  }
  bool start_finish(Pump& pump) noexcept;
  void press_again(Pump& pump) noexcept;
  void begin_stop() noexcept {
    stopping_ = true;
    for (Pump* pump : {&forward_, &backward_}) {
      if (pump->phase == Phase::reading) pump->source->cancel_read();
      if (pump->phase == Phase::finishing || pump->pressing_again) pump->sink->cancel_write();
    }
  }

  // What the operations tell, in wait().
  template <auto member>
  auto told(Pump& pump) noexcept {
    return [self = this->shared_from_this(), &pump](std::error_code ec, std::size_t count) {
      (self.get()->*member)(pump, ec, count);
    };
  }
  void was_read(Pump& pump, std::error_code ec, std::size_t count);
  void was_written(Pump& pump, std::error_code ec, std::size_t count);
  void was_finished(Pump& pump, std::error_code ec, std::size_t count);
  void was_pressed_again(Pump& pump, std::error_code ec, std::size_t count);

  void source_ended(Pump& pump, std::error_code ec);
  void ended(Pump& pump, std::error_code ec);
  void one_less(std::unique_lock<std::mutex> lock);

  const unsigned forks_ = detail::forks();
  std::mutex mutex_;
  Pump forward_, backward_;
  Handler<const RelayResult&> done_;
  int running_ = 0;        ///< directions, and keys pressed again, that have not ended
  bool stopping_ = false;  ///< read no more
};

template <class Backend>
void BasicRelay<Backend>::State::was_read(Pump& pump, std::error_code ec, std::size_t count) {
  if (ec || count == 0) {
    source_ended(pump, ec);
    return;
  }
  press_again(&pump == &forward_ ? backward_ : forward_);
  pump.last = pump.buffer[count - 1];
  if (pump.tap) {
    try {
      pump.tap({pump.buffer.get(), count});
    } catch (...) {
      ended(pump, std::make_error_code(std::errc::operation_canceled));
      throw;
    }
  }
  {
    const std::lock_guard lock(mutex_);
    start_write(pump, count, ec);
  }
  if (ec) ended(pump, ec);
}

template <class Backend>
void BasicRelay<Backend>::State::was_written(Pump& pump, std::error_code ec, std::size_t count) {
  pump.bytes += count;
  if (!ec) {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      start_read(pump, ec);
      if (!ec) return;
    }
  }
  ended(pump, ec);
}

template <class Backend>
void BasicRelay<Backend>::State::source_ended(Pump& pump, std::error_code ec) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      if (ec == std::errc::operation_canceled) ec.clear();
    } else {
      pump.error = ec;
      if (start_finish(pump)) return;
    }
  }
  ended(pump, ec);
}

/// Whether that takes an operation, which will tell.
template <class Backend>
bool BasicRelay<Backend>::State::start_finish(Pump& pump) noexcept {
  detail::Registration& sink = pump.sink.registration();
  if (pump.finish == Finish::close_write) detail::close_write(sink);
  if (pump.finish != Finish::type_eof) return false;
  const std::span<const std::byte> keys = pump.eof_key.press(sink, pump.last);
  if (keys.empty()) return false;
  std::error_code ec;
  pump.sink->async_write(keys, told<&State::was_finished>(pump), ec);
  if (!ec) pump.phase = Phase::finishing;
  return !ec;
}

template <class Backend>
void BasicRelay<Backend>::State::was_finished(Pump& pump, std::error_code, std::size_t) {
  ended(pump, pump.error);
}

template <class Backend>
void BasicRelay<Backend>::State::press_again(Pump& pump) noexcept {
  const std::lock_guard lock(mutex_);
  if (pump.phase != Phase::ended || pump.pressing_again || stopping_) return;
  const std::span<const std::byte> keys = pump.eof_key.press_again(pump.sink.registration());
  if (keys.empty()) return;
  std::error_code ec;
  pump.sink->async_write(keys, told<&State::was_pressed_again>(pump), ec);
  if (ec) return;
  pump.pressing_again = true;
  ++running_;
}

template <class Backend>
void BasicRelay<Backend>::State::was_pressed_again(Pump& pump, std::error_code, std::size_t) {
  std::unique_lock lock(mutex_);
  pump.pressing_again = false;
  one_less(std::move(lock));
}

template <class Backend>
void BasicRelay<Backend>::State::ended(Pump& pump, std::error_code ec) {
  std::unique_lock lock(mutex_);
  pump.phase = Phase::ended;
  pump.error = ec;
  if (pump.stops_other) begin_stop();
  one_less(std::move(lock));
}

template <class Backend>
void BasicRelay<Backend>::State::one_less(std::unique_lock<std::mutex> lock) {
  if (--running_ != 0) return;
  const RelayResult result{forward_.bytes, backward_.bytes, forward_.error, backward_.error};
  {
    // The channels, and what the taps own, are let go before anybody is told that it is over.
    const std::array<Pump, 2> over{std::move(forward_), std::move(backward_)};
    lock.unlock();
  }
  Handler<const RelayResult&> done = std::move(done_);
  if (done) done(result);
}

template <class Backend>
BasicRelay<Backend>::BasicRelay() noexcept = default;
template <class Backend>
BasicRelay<Backend>::BasicRelay(BasicRelay&&) noexcept = default;

template <class Backend>
BasicRelay<Backend>& BasicRelay<Backend>::operator=(BasicRelay&& other) noexcept {
  if (this == &other) return *this;
  stop();
  state_ = std::move(other.state_);
  return *this;
}

template <class Backend>
BasicRelay<Backend>::~BasicRelay() {
  stop();
}

template <class Backend>
BasicRelay<Backend> BasicRelay<Backend>::start(RelayEnd<Backend> a, RelayEnd<Backend> b,
                                               RelayOptions options,
                                               Handler<const RelayResult&> done,
                                               std::error_code& ec) noexcept {
  ec.clear();
  BasicRelay relay;
  if ((!options.forward && !options.backward) || options.buffer == 0) {
    ec = std::make_error_code(std::errc::invalid_argument);
  } else if ((options.forward && !(a.in && b.out)) || (options.backward && !(b.in && a.out))) {
    ec = errc::closed;
  } else {
    try {
      relay.state_ = std::make_shared<State>(a, b, std::move(options), std::move(done));
      relay.state_->launch(ec);
    } catch (const std::bad_alloc&) {
      ec = std::make_error_code(std::errc::not_enough_memory);
    }
  }
  if (ec) relay.state_.reset();
  return relay;
}

template <class Backend>
BasicRelay<Backend> BasicRelay<Backend>::start(RelayEnd<Backend> a, RelayEnd<Backend> b,
                                               RelayOptions options,
                                               Handler<const RelayResult&> done) {
  std::error_code ec;
  BasicRelay relay = start(a, b, std::move(options), std::move(done), ec);
  if (ec) {
    detail::throw_error(
        ec, "relay",
        detail::name_of(a.in.registration_) + " and " + detail::name_of(b.in.registration_));
  }
  return relay;
}

template <class Backend>
void BasicRelay<Backend>::stop() noexcept {
  if (state_) state_->stop();
}

}  // namespace conq
