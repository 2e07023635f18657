// SPDX-License-Identifier: Apache-2.0
// A console that streams may be awaited awake; none other is, and none for long.

#include <chrono>

#include "tests/simulation/museum/virtual_time.hpp"

namespace conq::test {
namespace {

using namespace std::chrono_literals;

/// A console that is read on and on, and what its writer does.
template <class On>
class Streaming : public VirtualTime<On> {
 protected:
  static constexpr std::size_t full = 2100;
  /// A wait, a read, a look at what is left: what a write costs its reader.
  static constexpr std::uint64_t calls_of_a_write = 3;

  void SetUp() override { read_on(); }
  void TearDown() override { EXPECT_EQ(read_, written_); }

  void write(std::size_t size) {
    written_ += size;
    say(stream.slave, std::string(size, '.'));
  }
  /// The calls of the reader, one by one, for writes of `size` that come every `interval`.
  std::uint64_t calls_of_writes(std::size_t size, std::chrono::nanoseconds interval) {
    const std::uint64_t before = this->kernel.counts.calls;
    for (std::size_t i = 0; i < writes; ++i) {
      write(size);
      this->pass(interval);
    }
    return this->kernel.counts.calls - before - writes;
  }

  static constexpr std::size_t writes = 50;
  typename VirtualTime<On>::Terminal stream = this->add_terminal();

 private:
  void read_on() {
    stream.console.async_read([this](std::error_code, std::span<const std::byte> got) {
      read_ += got.size();
      if (!got.empty()) read_on();
    });
  }

  std::size_t read_ = 0;
  std::size_t written_ = 0;
};
TYPED_TEST_SUITE(Streaming, Backends, BackendNames);

TYPED_TEST(Streaming, AConsoleThatIsSlowCostsNoLook) {
  this->with_server([&] {
    EXPECT_LE(this->calls_of_writes(this->full, 1ms), this->writes * this->calls_of_a_write);
  });
}

TYPED_TEST(Streaming, AConsoleThatWritesLittleCostsNoLook) {
  this->with_server(
      [&] { EXPECT_LE(this->calls_of_writes(100, 10us), this->writes * this->calls_of_a_write); });
}

TYPED_TEST(Streaming, OneThatIsLookedAtInVainIsLeftAlone) {
  this->with_server([&] {
    constexpr std::uint64_t one_look = 150;
    EXPECT_LE(this->calls_of_writes(this->full, 100us),
              this->writes * this->calls_of_a_write + one_look);
  });
}

TYPED_TEST(Streaming, TwoThatAlternateCostNoLook) {
  auto other = this->add_terminal();
  std::size_t read = 0;
  std::function<void()> read_on = [&] {
    other.console.async_read([&](std::error_code, std::span<const std::byte> got) {
      read += got.size();
      if (!got.empty()) read_on();
    });
  };
  read_on();
  this->with_server([&] {
    const std::uint64_t before = this->kernel.counts.calls;
    for (std::size_t i = 0; i < this->writes; ++i) {
      this->write(this->full);
      this->pass(50us);
      say(other.slave, std::string(this->full, '.'));
      this->pass(50us);
    }
    EXPECT_LE(this->kernel.counts.calls - before, 2 * this->writes * (1 + this->calls_of_a_write));
  });
  EXPECT_EQ(read, this->writes * this->full);
}

TYPED_TEST(Streaming, OneThatEndsIsLookedAtForAMomentAndNoMore) {
  this->with_server([&] {
    this->calls_of_writes(this->full, 20us);
    this->pass(1ms);
    EXPECT_EQ(this->calls_in(1h), 0U);
  });
}

TYPED_TEST(Streaming, BesideItAnotherIsServedAtOnce) {
  auto other = this->add_terminal();
  Outcome read;
  other.console.async_read(read.lent_handler());
  this->with_server([&] {
    this->calls_of_writes(this->full, 20us);
    say(other.slave, "x");
    this->pass(50us);
    EXPECT_EQ(read.calls(), 1);
  });
}

TYPED_TEST(Streaming, OneThatIsShutDownMeanwhileEnds) {
  this->with_server([&] {
    this->calls_of_writes(this->full, 20us);
    this->stream.console.shutdown();
    this->pass(1ms);
    EXPECT_EQ(this->calls_in(1h), 0U);
  });
}

TYPED_TEST(Streaming, ABlockedReaderGetsAllOfIt) {
  std::size_t read = 0;
  auto other = this->add_terminal(Hangup::end);
  this->run({{"the reader",
              [&] {
                std::array<std::byte, 65536> room{};
                while (const std::size_t count = other.console.read(room)) read += count;
              }},
             {"the test", [&] {
                for (std::size_t i = 0; i < this->writes; ++i) {
                  say(other.slave, std::string(this->full, '.'));
                  this->pass(20us);
                }
                other.hang_up();
              }}});
  EXPECT_EQ(read, this->writes * this->full);
}

}  // namespace
}  // namespace conq::test
