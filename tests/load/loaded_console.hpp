// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "conq/conq.hpp"
#include "conq/task.hpp"
#include "tests/load/pattern.hpp"

namespace conq::load {

/// How a console is read and written.
enum class Callers { lent_handlers, handlers, coroutines, threads };

/// A console on the poller that is read, and checked, all the time, and written while it may be.
/// Its own callers are the only ones; the members below are for one other thread.
class LoadedConsole {
 public:
  /// Made of a new pty, whose slave nobody has open when this returns. Throws conq::Error.
  static std::unique_ptr<LoadedConsole> make(Poller& poller, const Pattern& pattern,
                                             std::uint64_t number, Callers callers);
  LoadedConsole(const LoadedConsole&) = delete;
  LoadedConsole& operator=(const LoadedConsole&) = delete;
  ~LoadedConsole();

  std::uint64_t number() const noexcept { return number_; }
  const std::string& slave_name() const noexcept { return slave_name_; }
  PolledConsole& console() noexcept { return console_; }

  std::uint64_t received() const noexcept { return received_; }
  std::uint64_t sent() const noexcept { return sent_; }
  bool wrong() const noexcept { return wrong_; }
  /// Whether a write is under way.
  bool writing() const;
  /// Begins to write, or stops once the write under way is done.
  void write_on();
  void pause();

  /// Ends it, and waits until reads and writes have ended, each as it is promised; false if they do
  /// not. received() and sent() are final then. `drained`: by shutdown(), so what is there is read
  /// before. A slave that writes on, faster than its turns come, would keep that up.
  [[nodiscard]] bool end(bool drained);

 private:
  LoadedConsole(PolledConsole console, std::string slave_name, const Pattern& pattern,
                std::uint64_t number, Callers callers);

  void start_reading();
  void start_writing();
  void read_lent();
  void read_into();
  void write_piece();
  Task<> read_all();
  Task<> write_all();
  void read_blocked();
  void write_blocked();

  bool was_read(std::error_code ec, std::span<const std::byte> bytes);
  bool was_written(std::error_code ec, std::size_t count);
  std::span<const std::byte> next_piece() const;

  PolledConsole console_;
  const std::string slave_name_;
  const Pattern& pattern_;
  const std::uint64_t number_;
  const Callers callers_;

  std::atomic<std::uint64_t> received_ = 0;
  std::atomic<std::uint64_t> sent_ = 0;
  std::atomic<bool> wrong_ = false;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool may_write_ = false;
  bool writing_ = false;
  bool reading_ = true;
  bool ending_ = false;

  std::vector<std::byte> room_;
  std::array<std::thread, 2> threads_;
};

}  // namespace conq::load
