// SPDX-License-Identifier: Apache-2.0
// Eight threads that share pollers and consoles on purpose, and get into each other's way in every
// call there is. What has to hold: each operation completes exactly once, with an outcome that may
// be; no two writes are mixed; nobody is left waiting.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "conq/conq.hpp"
#include "conq/task.hpp"
#include "tests/support/read_until.hpp"
#include "tests/support/terminal.hpp"

namespace conq::test {
namespace {

constexpr std::size_t pollers = 3;
constexpr std::size_t places = 6;
constexpr std::size_t message_size = 3000;

/// A message is `message_size` times one byte, another one for each write of a console.
struct Shared {
  Shared(const std::shared_ptr<Poller>& its_poller, Pty pty)
      : poller(its_poller),
        console(its_poller->add(std::move(pty.master))),
        slave(std::move(pty.slave)) {
    ::fcntl(slave.get(), F_SETFL, O_RDWR | O_NONBLOCK);
  }
  std::shared_ptr<Poller> poller;
  PolledConsole console;
  Fd slave;  // the peer's alone
  std::atomic<unsigned> messages = 0;
  std::atomic<std::uint64_t> written_to_slave = 0, read_of_slave = 0;
  std::atomic<std::uint64_t> accepted = 0, heard = 0;

  ~Shared() {
    if (heard > accepted || read_of_slave > written_to_slave) ++invented;
  }
  static inline std::atomic<long> invented = 0;
  std::size_t last_heard = 256;  // the peer's, as is what follows
  std::array<bool, 256> over{};
};

/// Counts operations, each of which is to end once.
struct Tally {
  std::atomic<long> begun = 0, ended = 0, twice = 0, odd = 0;
};

/// An asynchronous operation: what its handler shares with it.
struct Pending {
  Pending(Tally& the_tally, std::shared_ptr<Shared> whose)
      : tally(the_tally), shared(std::move(whose)) {
    ++tally.begun;
  }
  ~Pending() {
    if (calls == 0) ++tally.odd;
  }
  void end(std::error_code ec, std::size_t count, bool writes) {
    if (calls.fetch_add(1) > 0) ++tally.twice;
    ++tally.ended;
    (writes ? shared->accepted : shared->read_of_slave) += count;
    const bool expected = !ec || ec == errc::shut_down || ec == errc::closed ||
                          ec == std::errc::operation_canceled || ec == errc::timed_out ||
                          ec == std::errc::operation_in_progress;
    if (!expected) ++tally.odd;
  }
  Tally& tally;
  std::shared_ptr<Shared> shared;
  std::atomic<int> calls = 0;
  std::array<std::byte, message_size> room{};
};

class Arena {
 public:
  Arena() {
    for (auto& poller : pollers_) poller = std::make_shared<Poller>();
    for (std::size_t place = 0; place < places; ++place) replace(place);
  }

  std::shared_ptr<Poller> poller(std::size_t which) {
    const std::lock_guard lock(mutex_);
    return pollers_.at(which % pollers);
  }
  std::shared_ptr<Shared> console(std::size_t which) {
    const std::lock_guard lock(mutex_);
    return consoles_.at(which % places);
  }
  /// A new console instead; the old one is closed, and goes when its last user lets it go.
  void replace(std::size_t which) {
    std::shared_ptr<Shared> fresh;
    while (!fresh) {
      try {
        fresh = std::make_shared<Shared>(poller(which), raw_pty());
      } catch (const Error& error) {
        // The poller was closed meanwhile, and there is a new one.
        if (error.code() != errc::closed) throw;
      }
    }
    {
      const std::lock_guard lock(mutex_);
      consoles_.at(which % places).swap(fresh);
    }
    std::error_code closed_already;
    if (fresh) fresh->console.close(closed_already);
  }
  /// Closes a poller, and with it what is on it; a new one takes its place.
  void replace_poller(std::size_t which) {
    auto fresh = std::make_shared<Poller>();
    {
      const std::lock_guard lock(mutex_);
      pollers_.at(which % pollers).swap(fresh);
    }
    fresh->close();
    for (std::size_t place = which % pollers; place < places; place += pollers) replace(place);
    // What was begun on it is completed here, as nobody else serves it any more.
    fresh->wait();
  }
  /// Ends whatever waits; others still serve.
  void close_consoles() {
    const std::lock_guard lock(mutex_);
    for (const auto& shared : consoles_) {
      std::error_code closed_already;
      shared->console.close(closed_already);
    }
  }
  void close_pollers() {
    const std::lock_guard lock(mutex_);
    for (auto& poller : pollers_) {
      std::error_code closed;
      poller->close(closed);
    }
  }
  /// When nobody serves any more.
  void drop_all() {
    const std::lock_guard lock(mutex_);
    for (auto& poller : pollers_) poller->wait();
    consoles_ = {};
    pollers_ = {};
  }

 private:
  std::mutex mutex_;
  std::array<std::shared_ptr<Poller>, pollers> pollers_;
  std::array<std::shared_ptr<Shared>, places> consoles_;
};

class SharedByEight : public testing::Test {
 protected:
  using Random = std::mt19937;

  static std::span<const std::byte> message(Pending& pending) {
    // A value a message: when they are used up, nothing is written.
    const unsigned number = pending.shared->messages++;
    pending.room.fill(static_cast<std::byte>(number));
    return std::span(pending.room).first(number < 256 ? message_size : 0);
  }
  std::shared_ptr<Pending> begin(Random& random) {
    return std::make_shared<Pending>(tally_, arena_.console(random()));
  }

  void serve(Random random) {
    while (!served_) {
      const auto poller = arena_.poller(random());
      std::error_code ec;
      if (random() % 4 == 0) {
        poller->wait(ec);
      } else {
        poller->wait_for(std::chrono::milliseconds(random() % 20), ec);
      }
      if (ec) ++tally_.odd;
    }
  }

  void block(Random random) {
    while (!over_) {
      const auto pending = begin(random);
      std::error_code ec;
      std::size_t count = 0;
      const auto kind = random() % 4;
      if (kind == 0) {
        count = pending->shared->console.read(pending->room, ec);
      } else if (kind == 1) {
        const std::chrono::microseconds limit(random() % 3000);
        count = pending->shared->console.read_for(pending->room, limit, ec);
      } else {
        count = pending->shared->console.write(message(*pending), ec);
      }
      pending->end(ec, count, kind > 1);
    }
  }

  Task<> await(std::shared_ptr<Pending> pending, bool writes) {
    std::error_code ec;
    const std::size_t count =
        writes ? co_await pending->shared->console.async_write(message(*pending), ec)
               : co_await pending->shared->console.async_read(pending->room, ec);
    pending->end(ec, count, writes);
  }

  void begin_and_cancel(Random random) {
    while (!over_) {
      const auto pending = begin(random);
      PolledConsole& console = pending->shared->console;
      std::error_code ec;
      const auto handler = [pending](bool writes) {
        return [pending, writes](std::error_code error, std::size_t count) {
          pending->end(error, count, writes);
        };
      };
      switch (random() % 4) {
        case 0:
          console.async_read(pending->room, handler(false), ec);
          break;
        case 1:
          console.async_write(message(*pending), handler(true), ec);
          break;
        default:
          start(await(pending, random() % 2 == 0), [](const std::exception_ptr&) {});
      }
      if (ec) pending->end(ec, 0, false);
      const auto other = arena_.console(random());
      if (random() % 3 == 0) other->console.cancel();
      if (random() % 3 == 0) other->console.cancel_read();
      if (random() % 64 == 0) std::this_thread::yield();
    }
  }

  /// Nothing in here may block: it is what ends the waiting of others.
  void end_things(Random random) {
    for (std::size_t place = 0; !over_; ++place) {
      const auto shared = arena_.console(place);
      std::error_code ec;
      switch (random() % 8) {
        case 0:
          shared->console.shutdown();
          break;
        case 1:
          shared->console.close(ec);
          break;
        case 2:
          shared->poller->close_console(shared->console.fd(), ec);
          break;
        case 3:
          shared->console.shutdown([&](int fd) { shared->poller->close_console(fd, ec); });
          break;
        case 4:
          arena_.replace_poller(place);
          break;
        default:
          shared->console.resize({static_cast<std::uint16_t>(1 + random() % 99), 80, 0, 0}, ec);
      }
      arena_.replace(place);
      ++replaced_;
    }
  }

  /// Reads and writes the slaves.
  void play_peer(Random random) {
    std::array<std::byte, 8192> room{};
    while (!over_) {
      const auto shared = arena_.console(random());
      const std::size_t size = 1 + random() % room.size();
      ssize_t count = ::write(shared->slave.get(), room.data(), size);
      if (count > 0) shared->written_to_slave += static_cast<std::uint64_t>(count);
      count = ::read(shared->slave.get(), room.data(), room.size());
      if (count > 0) hear(*shared, std::span(room).first(static_cast<std::size_t>(count)));
    }
  }
  /// The bytes of a message come one after the other: one that was interrupted never goes on.
  void hear(Shared& shared, std::span<const std::byte> bytes) {
    for (const std::byte byte : bytes) {
      const auto value = std::to_integer<std::size_t>(byte);
      if (value != shared.last_heard && shared.over.at(value)) ++mixed_;
      if (value != shared.last_heard && shared.last_heard < 256) {
        shared.over.at(shared.last_heard) = true;
      }
      shared.last_heard = value;
    }
    shared.heard += bytes.size();
  }

  template <class Help>
  static void join(std::future<void>& thread, Help help) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    do {
      help();
    } while (thread.wait_for(std::chrono::milliseconds(10)) != std::future_status::ready &&
             std::chrono::steady_clock::now() < end);
    if (thread.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
      std::fputs("a thread is still blocked at the deadline\n", stderr);
      std::abort();
    }
    thread.get();
  }

  void run(std::chrono::seconds time, unsigned seed) {
    std::vector<std::future<void>> threads;
    const auto add = [&](void (SharedByEight::*role)(Random)) {
      threads.push_back(std::async(std::launch::async, role, this, Random(seed++)));
    };
    add(&SharedByEight::serve);
    add(&SharedByEight::serve);
    add(&SharedByEight::block);
    add(&SharedByEight::block);
    add(&SharedByEight::begin_and_cancel);
    add(&SharedByEight::begin_and_cancel);
    add(&SharedByEight::end_things);
    add(&SharedByEight::play_peer);
    std::this_thread::sleep_for(time);
    over_ = true;
    // The servers, which are the first two, go when nobody else needs them.
    for (std::size_t i = 2; i < threads.size(); ++i) {
      join(threads[i], [this] { arena_.close_consoles(); });
    }
    served_ = true;
    for (std::size_t i = 0; i < 2; ++i) join(threads[i], [this] { arena_.close_pollers(); });
    arena_.drop_all();
  }

  Tally tally_;
  Arena arena_;
  std::atomic<bool> over_ = false, served_ = false;
  std::atomic<long> replaced_ = 0;
  std::atomic<long> mixed_ = 0;
};

TEST_F(SharedByEight, ThreadsCompleteEachOperationOnce) {
  run(std::chrono::seconds(10), 1);
  std::printf("  operations: %ld, consoles: %ld\n", tally_.begun.load(), replaced_.load());
  EXPECT_GT(tally_.begun, 100);
  EXPECT_GT(replaced_, 10);
  EXPECT_EQ(tally_.ended, tally_.begun);
  EXPECT_EQ(tally_.twice, 0);
  EXPECT_EQ(tally_.odd, 0);
  EXPECT_EQ(mixed_, 0);
  EXPECT_EQ(Shared::invented, 0) << "more came than was written";
}

}  // namespace
}  // namespace conq::test
