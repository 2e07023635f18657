// SPDX-License-Identifier: Apache-2.0
// Tasks by themselves: when they run, what they give, what they own.

#include "conq/task.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/unit/task/held.hpp"

namespace conq::test {
namespace {

/// Runs a task that never waits; what it throws is thrown.
void run(Task<> task) {
  bool called = false;
  std::exception_ptr failure;
  start(std::move(task), [&](std::exception_ptr thrown) {
    called = true;
    failure = thrown;
  });
  ASSERT_TRUE(called);
  if (failure) std::rethrow_exception(failure);
}

/// A place to wait at: a coroutine that awaits it goes on at open().
class Gate {
 public:
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) noexcept { waiting_ = waiting; }
  void await_resume() const noexcept {}
  void open() { waiting_.resume(); }
  bool awaited() const { return static_cast<bool>(waiting_); }

 private:
  std::coroutine_handle<> waiting_;
};

Task<> note(std::vector<std::string>& notes, std::string text) {
  notes.push_back(std::move(text));
  co_return;
}

TEST(Task, StartsWhenItIsAwaited) {
  std::vector<std::string> notes;
  run([](std::vector<std::string>& to) -> Task<> {
    Task<> later = note(to, "task");
    to.emplace_back("before");
    co_await std::move(later);
    to.emplace_back("after");
  }(notes));
  EXPECT_EQ(notes, (std::vector<std::string>{"before", "task", "after"}));
}

TEST(Task, NeverAwaitedNeverStarts) {
  std::vector<std::string> notes;
  { const Task<> dropped = note(notes, "task"); }
  EXPECT_TRUE(notes.empty());
}

Task<int> number() { co_return 42; }
Task<std::unique_ptr<int>> owner() { co_return std::make_unique<int>(7); }
Task<int&> reference(int& to) { co_return to; }
struct NoDefault {
  explicit NoDefault(std::string its_text) : text(std::move(its_text)) {}
  std::string text;
};
Task<NoDefault> no_default() { co_return NoDefault("made"); }

TEST(Task, GivesItsValue) {
  run([]() -> Task<> {
    EXPECT_EQ(co_await number(), 42);
    EXPECT_EQ(*co_await owner(), 7);
    EXPECT_EQ((co_await no_default()).text, "made");
  }());
}

TEST(Task, GivesAReference) {
  int value = 1;
  run([](int& to) -> Task<> { co_await reference(to) = 2; }(value));
  EXPECT_EQ(value, 2);
}

Task<int> failing() {
  throw std::runtime_error("failed");
  co_return 0;
}

TEST(Task, PassesExceptionsToWhoAwaitsIt) {
  bool caught = false;
  run([](bool& seen) -> Task<> {
    try {
      co_await failing();
    } catch (const std::runtime_error&) {
      seen = true;
    }
  }(caught));
  EXPECT_TRUE(caught);
}

TEST(Task, WhatNobodyCatchesIsToldToTheHandlerOfStart) {
  EXPECT_THROW(run([]() -> Task<> { co_await failing(); }()), std::runtime_error);
}

TEST(Task, ThatDoesNotExistIsClosed) {
  bool caught = false;
  run([](bool& seen) -> Task<> {
    Task<int> none;
    EXPECT_FALSE(none);
    try {
      co_await std::move(none);
    } catch (const Error& error) {
      seen = error.code() == errc::closed;
    }
  }(caught));
  EXPECT_TRUE(caught);
}

TEST(Task, MovesAndDropsItsFrameOnce) {
  const auto owned = std::make_shared<int>();
  const auto holding = [](std::shared_ptr<int>) -> Task<> { co_return; };
  Task<> task = holding(owned);
  EXPECT_TRUE(task);
  EXPECT_EQ(owned.use_count(), 2);
  Task<> moved = std::move(task);
  EXPECT_EQ(owned.use_count(), 2);
  moved = holding(owned);
  EXPECT_EQ(owned.use_count(), 2) << "the frame assigned over is gone";
  moved = {};
  EXPECT_EQ(owned.use_count(), 1);
}

// Neither hand-over may nest: GCC makes none of them a tail call without optimization.
TEST(Task, LoopsOverTasksThatNeverWaitDoNotGrowTheStack) {
  long sum = 0;
  run([](long& total) -> Task<> {
    for (int i = 0; i < 1'000'000; ++i) total += co_await number();
  }(sum));
  EXPECT_EQ(sum, 42'000'000);
}

Task<> wait_at(Gate& gate) { co_await gate; }

TEST(Task, GoesOnWithItsAwaiterOnceItHasWaited) {
  Gate gate;
  std::vector<std::string> notes;
  start(
      [](Gate& at, std::vector<std::string>& to) -> Task<> {
        co_await wait_at(at);
        to.emplace_back("after the gate");
      }(gate, notes),
      [&](std::exception_ptr) { notes.emplace_back("done"); });
  EXPECT_TRUE(notes.empty());
  gate.open();
  EXPECT_EQ(notes, (std::vector<std::string>{"after the gate", "done"}));
}

Task<> keep_at(Gate& gate, std::shared_ptr<int>) { co_await gate; }
Task<> keep_twice_at(Gate& gate, std::shared_ptr<int> kept) { co_await keep_at(gate, kept); }

TEST(Task, DroppedWhileItWaitsDropsAllItAwaits) {
  const auto owned = std::make_shared<int>();
  Gate gate;
  {
    const Held held = hold(keep_twice_at(gate, owned));
    EXPECT_TRUE(gate.awaited());
    EXPECT_EQ(owned.use_count(), 3);
  }
  EXPECT_EQ(owned.use_count(), 1);
}

TEST(Task, ItsFrameIsGoneWhenTheHandlerOfStartIsCalled) {
  const auto owned = std::make_shared<int>();
  long uses = 0;
  start([](std::shared_ptr<int>) -> Task<> { co_return; }(owned),
        [&](std::exception_ptr) { uses = owned.use_count(); });
  EXPECT_EQ(uses, 1);
}

TEST(Task, AwaitedAgainIsClosed) {
  run([]() -> Task<> {
    Task<int> once = number();
    EXPECT_EQ(co_await std::move(once), 42);
    std::error_code ec;
    try {
      co_await std::move(once);  // NOLINT(bugprone-use-after-move): that is the point
    } catch (const Error& error) {
      ec = error.code();
    }
    EXPECT_EQ(ec, errc::closed);
  }());
}

TEST(Task, AwaitedByASecondOneWhileItWaitsIsClosedAndTheFirstGoesOn) {
  Gate gate;
  bool passed = false;
  Task<> shared = [](Gate& at, bool& told) -> Task<> {
    co_await at;
    told = true;
  }(gate, passed);
  const auto await_it = [](Task<>& task) -> Task<> { co_await std::move(task); };
  int ends = 0;
  start(await_it(shared), [&](const std::exception_ptr& thrown) {
    EXPECT_FALSE(thrown);
    ++ends;
  });
  EXPECT_THROW(run(await_it(shared)), Error);
  EXPECT_EQ(ends, 0);
  gate.open();
  EXPECT_TRUE(passed);
  EXPECT_EQ(ends, 1);
}

TEST(Task, AnExceptionOfTheHandlerOfStartEndsTheProgram) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_DEATH(start([]() -> Task<> { co_return; }(),
                     [](const std::exception_ptr&) { throw std::runtime_error("mine"); }),
               "");
}

}  // namespace
}  // namespace conq::test
