// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <memory>

#include "conq/task.hpp"
#include "tests/support/counted_new.hpp"
#include "tests/support/poller_test.hpp"

namespace conq::test {
namespace {

template <class On>
class Allocation : public PollerTest<On> {
 protected:
  using Console = typename On::Console;
  static constexpr int rounds = 100;

  Allocation() : terminal_(this->add_terminal()) {}

  /// What `round` allocates when it is done again and again. The first time does not count: buffers
  /// to lend are made then, and kept.
  template <class Round>
  static long allocated_by(Round round) {
    round();
    const long before = allocations();
    for (int i = 0; i < rounds; ++i) round();
    return allocations() - before;
  }
  void say_a_byte() { ASSERT_EQ(::write(terminal_.slave.get(), "x", 1), 1); }
  void hear_a_byte() {
    char byte = 0;
    ASSERT_EQ(::read(terminal_.slave.get(), &byte, 1), 1);
  }
  void serve_one() {
    while (this->poller.wait_for(deadline) == 0) {
    }
  }
  Console& console() { return terminal_.console; }

  Task<> read_and_write(int& rounds_done, std::atomic<long>& before, std::atomic<long>& after) {
    std::array<std::byte, 16> room{};
    for (;;) {
      const std::size_t count = co_await console().async_read(room);
      if (count == 0) break;
      co_await console().async_write(std::span(room).first(count));
      if (rounds_done == 0) before = allocations();
      if (++rounds_done == rounds) after = allocations();
    }
  }

  std::array<std::byte, 64> room_{};

 private:
  Terminal<Console> terminal_;
};
TYPED_TEST_SUITE(Allocation, Backends, BackendNames);

TYPED_TEST(Allocation, IsSeenByThisProgram) {
  const long before = allocations();
  const auto something = std::make_unique<int>();
  EXPECT_EQ(allocations() - before, 1);
}

TYPED_TEST(Allocation, NoneByABlockingRead) {
  EXPECT_EQ(this->allocated_by([&] {
    this->say_a_byte();
    this->console().read(this->room_);
  }),
            0);
}

TYPED_TEST(Allocation, NoneByAReadForThatTimesOut) {
  EXPECT_EQ(this->allocated_by([&] {
    std::error_code ec;
    this->console().read_for(this->room_, std::chrono::microseconds(1), ec);
  }),
            0);
}

TYPED_TEST(Allocation, NoneByABlockingWrite) {
  EXPECT_EQ(this->allocated_by([&] {
    this->console().write(bytes("x"));
    this->hear_a_byte();
  }),
            0);
}

TYPED_TEST(Allocation, NoneByABlockedReadThatAWaitWakes) {
  const Server server(this->poller);
  EXPECT_EQ(this->allocated_by([&] {
    this->say_a_byte();
    this->console().read(this->room_);
  }),
            0);
}

TYPED_TEST(Allocation, NoneByAnAsyncReadIntoABuffer) {
  EXPECT_EQ(this->allocated_by([&] {
    this->console().async_read(this->room_, [](std::error_code, std::size_t) {});
    this->say_a_byte();
    this->serve_one();
  }),
            0);
}

TYPED_TEST(Allocation, NoneByAnAsyncReadThatIsLentTheBuffer) {
  EXPECT_EQ(this->allocated_by([&] {
    this->console().async_read([](std::error_code, std::span<const std::byte>) {});
    this->say_a_byte();
    this->serve_one();
  }),
            0);
}

TYPED_TEST(Allocation, NoneByAnAsyncWrite) {
  EXPECT_EQ(this->allocated_by([&] {
    this->console().async_write(bytes("x"), [](std::error_code, std::size_t) {});
    this->serve_one();
    this->hear_a_byte();
  }),
            0);
}

TYPED_TEST(Allocation, NoneByAHandlerOfFourPointers) {
  const std::array<void*, 4> four{};
  EXPECT_EQ(this->allocated_by([&] {
    const auto handler = [four](std::error_code, std::size_t) { static_cast<void>(four); };
    static_assert(sizeof(handler) == 4 * sizeof(void*));
    this->console().async_write(bytes("x"), handler);
    this->serve_one();
    this->hear_a_byte();
  }),
            0);
}

TYPED_TEST(Allocation, OneByALargerHandler) {
  const std::array<void*, 5> five{};
  EXPECT_EQ(this->allocated_by([&] {
    this->console().async_write(bytes("x"),
                                [five](std::error_code, std::size_t) { static_cast<void>(five); });
    this->serve_one();
    this->hear_a_byte();
  }),
            this->rounds);
}

TYPED_TEST(Allocation, NoneByACancel) {
  EXPECT_EQ(this->allocated_by([&] {
    this->console().async_read(this->room_, [](std::error_code, std::size_t) {});
    this->console().cancel();
    this->serve_one();
  }),
            0);
}

TYPED_TEST(Allocation, NoneByAHangupAndAReopen) {
  auto terminal = this->add_terminal();
  EXPECT_EQ(this->allocated_by([&] {
    terminal.slave.reset();
    std::error_code ec;
    terminal.console.read_for(this->room_, std::chrono::microseconds(1), ec);
    terminal.slave.reset(::open(terminal.slave_name.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
    terminal.console.read_for(this->room_, std::chrono::microseconds(1), ec);
  }),
            0);
}

TYPED_TEST(Allocation, NoneByTheReadsAndWritesOfACoroutine) {
  int rounds_done = 0;
  std::atomic<long> before = 0;
  std::atomic<long> after = -1;
  bool ended = false;
  start(this->read_and_write(rounds_done, before, after),
        [&](const std::exception_ptr&) { ended = true; });
  while (rounds_done < this->rounds) {
    this->say_a_byte();
    const int done = rounds_done;
    while (rounds_done == done) this->poller.wait_for(deadline);
    this->hear_a_byte();
  }
  EXPECT_EQ(after - before, 0);
  this->console().shutdown();
  EXPECT_TRUE(this->serve_until([&] { return ended; }));
}

}  // namespace
}  // namespace conq::test
