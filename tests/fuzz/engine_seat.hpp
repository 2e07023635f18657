// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the engine's fuzzer knows of its consoles, and what an operation on them may have told.

#include <array>
#include <atomic>
#include <chrono>
#include <coroutine>
#include <cstdlib>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "conq/conq.hpp"
#include "tests/fuzz/check.hpp"

namespace conq::fuzz {

using Bytes = std::vector<std::byte>;

/// Generous: reached only where something is lost.
inline constexpr std::chrono::seconds deadline{8};
inline constexpr std::size_t most_seats = 3;

/// More than a kernel keeps for a console that nobody reads.
inline constexpr std::size_t more_than_fits = 40000;

/// What is left of the program.
class Program {
 public:
  Program(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}
  bool over() const { return left_ == 0; }
  unsigned next() {
    if (left_ == 0) return 0;
    --left_;
    return *data_++;
  }

 private:
  const std::uint8_t* data_;
  std::size_t left_;
};

/// What is sent one way: no piece of it comes soon again.
inline std::byte byte_at(std::size_t position) {
  return static_cast<std::byte>(position * 7 + (position >> 8U) * 13);
}
inline Bytes bytes_from(std::size_t position, std::size_t count) {
  Bytes made(count);
  for (std::size_t i = 0; i < count; ++i) made[i] = byte_at(position + i);
  return made;
}

/// Whether the bytes of these readers, each with its pieces in order, are the start of what was
/// sent, put together in some order.
class Tiling {
 public:
  explicit Tiling(const std::vector<std::vector<Bytes>>& readers) : readers_(readers) {}
  bool holds() { return from(std::vector<std::size_t>(readers_.size()), 0); }

 private:
  bool from(const std::vector<std::size_t>& taken, std::size_t position) {
    if (!seen_.insert(taken).second) return false;
    bool over = true;
    for (std::size_t i = 0; i < readers_.size(); ++i) {
      if (taken[i] == readers_[i].size()) continue;
      over = false;
      const Bytes& piece = readers_[i][taken[i]];
      if (piece != bytes_from(position, piece.size())) continue;
      auto further = taken;
      ++further[i];
      if (from(further, position + piece.size())) return true;
    }
    return over;
  }

  const std::vector<std::vector<Bytes>>& readers_;
  std::set<std::vector<std::size_t>> seen_;
};

/// An asynchronous operation that was tried.
struct Operation {
  bool writes = false;
  std::size_t size = 0;
  Bytes buffer;  ///< but of a read that is lent one
  std::atomic<int> calls = 0;
  bool refused = false;
  bool abandoned = false;
  bool cancelled = false;
};

/// What a handler of the program throws.
struct Thrown {};

/// A coroutine whose frame is destroyed while it waits.
struct Frame {
  struct promise_type {
    Frame get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::abort(); }
  };
  std::coroutine_handle<promise_type> handle;
};

/// A console on the queue, its far end, and what is known of both.
struct Seat {
  conq::PolledConsole console;
  conq::Fd slave;
  std::string slave_name;
  conq::Hangup hangup = conq::Hangup::wait;
  bool was_hung_up = false;

  std::mutex mutex;  // of what follows: a thread may serve
  bool shut_down = false;
  bool closed = false;
  std::size_t said = 0;     // by the far end
  std::size_t to_read = 0;  // of that: under Hangup::end what comes after a hangup need not be read
  std::size_t written = 0;  // to it, as far as told
  std::size_t heard = 0;    // by it
  bool hears_all = true;    // what is written can be told
  std::size_t read = 0;
  // Of the handlers, of this thread's calls, then of each blocked thread.
  std::vector<std::vector<Bytes>> readers{2};
  std::array<Operation*, 2> pending{};  // the last read, the last write
};

inline void count_call(Operation& operation) {
  check(!operation.refused, "nobody is told of what was refused");
  check(!operation.abandoned, "nobody is told of what was taken back");
  check(operation.calls.fetch_add(1) == 0, "an operation completes once");
}
inline void check_read(Seat& seat, std::size_t room, bool cancelled, std::error_code ec,
                       std::span<const std::byte> got, std::size_t reader) {
  check(got.size() <= room, "a read fits its room");
  if (ec) {
    check(ec == std::errc::operation_canceled && cancelled, "a read fails when cancelled only");
    check(got.empty(), "a read that failed has read nothing");
  } else if (got.empty()) {
    const bool hung_up = seat.was_hung_up && seat.hangup == conq::Hangup::end;
    check(room == 0 || seat.shut_down || hung_up, "a read ends at an end");
  }
  if (got.empty()) return;
  seat.read += got.size();
  check(seat.read <= seat.said, "no more is read than was said");
  seat.readers[reader].emplace_back(got.begin(), got.end());
}
inline void check_write(Seat& seat, std::size_t size, bool cancelled, std::error_code ec,
                        std::size_t count) {
  check(count <= size, "no more is written than was given");
  seat.written += count;
  if (!ec) {
    check(count == size, "a write is of all of it");
  } else if (ec == std::errc::operation_canceled) {
    check(cancelled, "a write is cancelled by a cancel");
  } else if (ec == conq::errc::hung_up) {
    check(seat.was_hung_up && seat.hangup == conq::Hangup::end, "hung up under Hangup::end");
  } else {
    check(ec == conq::errc::shut_down && seat.shut_down, "a write fails after a shutdown");
  }
}

}  // namespace conq::fuzz
