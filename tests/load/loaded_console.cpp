// SPDX-License-Identifier: Apache-2.0
#include "tests/load/loaded_console.hpp"

#include <algorithm>

#include "tests/load/own_process.hpp"
#include "tests/load/patience.hpp"
#include "tests/load/peer.hpp"

namespace conq::load {
namespace {

constexpr std::size_t room_of_a_reader = 4096;

}  // namespace

std::unique_ptr<LoadedConsole> LoadedConsole::make(Poller& poller, const Pattern& pattern,
                                                   std::uint64_t number, Callers callers) {
  Pty pty = open_pty();
  pty.master.set_raw();
  std::unique_ptr<LoadedConsole> made(new LoadedConsole(poller.add(std::move(pty.master)),
                                                        pty.slave_name, pattern, number, callers));
  made->start_reading();
  return made;
}

LoadedConsole::LoadedConsole(PolledConsole console, std::string slave_name, const Pattern& pattern,
                             std::uint64_t number, Callers callers)
    : console_(std::move(console)),
      slave_name_(std::move(slave_name)),
      pattern_(pattern),
      number_(number),
      callers_(callers),
      room_(callers == Callers::lent_handlers ? 0 : room_of_a_reader) {
  if (callers != Callers::threads) return;
  threads_ = {std::thread([this] { read_blocked(); }), std::thread([this] { write_blocked(); })};
}

LoadedConsole::~LoadedConsole() {
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

bool LoadedConsole::writing() const {
  const std::lock_guard lock(mutex_);
  return writing_;
}

void LoadedConsole::write_on() {
  {
    const std::lock_guard lock(mutex_);
    may_write_ = true;
    if (writing_ || ending_) return;
    writing_ = true;
    changed_.notify_all();
  }
  start_writing();
}

void LoadedConsole::pause() {
  const std::lock_guard lock(mutex_);
  may_write_ = false;
}

bool LoadedConsole::end(bool drained) {
  std::unique_lock lock(mutex_);
  ending_ = true;
  changed_.notify_all();
  lock.unlock();
  std::error_code closed;
  if (drained) {
    console_.shutdown();
  } else {
    console_.close(closed);
  }
  lock.lock();
  if (!changed_.wait_for(lock, patience, [this] { return !reading_ && !writing_; })) return false;
  lock.unlock();
  if (drained) console_.close(closed);
  return !closed;
}

void LoadedConsole::start_reading() {
  switch (callers_) {
    case Callers::lent_handlers:
      return read_lent();
    case Callers::handlers:
      return read_into();
    case Callers::coroutines:
      return start(read_all(), [](const std::exception_ptr&) {});
    case Callers::threads:
      return;
  }
}

void LoadedConsole::start_writing() {
  switch (callers_) {
    case Callers::lent_handlers:
    case Callers::handlers:
      return write_piece();
    case Callers::coroutines:
      return start(write_all(), [](const std::exception_ptr&) {});
    case Callers::threads:
      return;
  }
}

void LoadedConsole::read_lent() {
  std::error_code refused;
  console_.async_read(
      [this](std::error_code ec, std::span<const std::byte> bytes) {
        if (was_read(ec, bytes)) read_lent();
      },
      refused);
  if (refused) was_read(refused, {});
}

void LoadedConsole::read_into() {
  std::error_code refused;
  console_.async_read(
      room_,
      [this](std::error_code ec, std::size_t count) {
        if (was_read(ec, std::span(room_).first(count))) read_into();
      },
      refused);
  if (refused) was_read(refused, {});
}

void LoadedConsole::write_piece() {
  std::error_code refused;
  console_.async_write(
      next_piece(),
      [this](std::error_code ec, std::size_t count) {
        if (was_written(ec, count)) write_piece();
      },
      refused);
  if (refused) was_written(refused, 0);
}

Task<> LoadedConsole::read_all() {
  std::error_code ec;
  std::size_t count = 0;
  do {
    count = co_await console_.async_read(room_, ec);
  } while (was_read(ec, std::span(room_).first(count)));
}

Task<> LoadedConsole::write_all() {
  std::error_code ec;
  std::size_t count = 0;
  do {
    count = co_await console_.async_write(next_piece(), ec);
  } while (was_written(ec, count));
}

void LoadedConsole::read_blocked() {
  const WatchedThread watched;
  std::error_code ec;
  std::size_t count = 0;
  do {
    count = console_.read(room_, ec);
  } while (was_read(ec, std::span(room_).first(count)));
}

void LoadedConsole::write_blocked() {
  const WatchedThread watched;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return writing_ || ending_; });
      if (!writing_) return;
    }
    std::error_code ec;
    std::size_t count = 0;
    do {
      count = console_.write(next_piece(), ec);
    } while (was_written(ec, count));
  }
}

/// Whether to read on.
bool LoadedConsole::was_read(std::error_code ec, std::span<const std::byte> bytes) {
  if (!bytes.empty() && !pattern_.fits(stream_of_slave(number_), received_, bytes)) wrong_ = true;
  received_ += bytes.size();
  if (!ec && !bytes.empty()) return true;
  const std::lock_guard lock(mutex_);
  // Nothing but its own end ends a read.
  if ((ec && ec != errc::closed) || !ending_) wrong_ = true;
  reading_ = false;
  changed_.notify_all();
  return false;
}

/// Whether to write on.
bool LoadedConsole::was_written(std::error_code ec, std::size_t count) {
  sent_ += count;
  const std::lock_guard lock(mutex_);
  // Nothing but its own end ends a write.
  if (ec && !(ending_ && (ec == errc::shut_down || ec == errc::closed))) wrong_ = true;
  writing_ = may_write_ && !ending_ && !ec;
  if (!writing_) changed_.notify_all();
  return writing_;
}

/// Of lengths from a few bytes to more than fits.
std::span<const std::byte> LoadedConsole::next_piece() const {
  const std::uint64_t sent = sent_;
  const std::size_t size = 1 + (sent * 2654435761U + number_ * 40503U) % Pattern::longest_piece;
  return pattern_.piece(stream_of_master(number_), sent, size);
}

}  // namespace conq::load
