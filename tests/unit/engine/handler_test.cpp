// SPDX-License-Identifier: Apache-2.0
#include "conq/handler.hpp"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>

#include "tests/support/counted_new.hpp"

namespace conq {
namespace {

using IntHandler = Handler<int>;

static_assert(!std::is_copy_constructible_v<IntHandler>);
static_assert(!std::is_copy_assignable_v<IntHandler>);
static_assert(std::is_nothrow_move_constructible_v<IntHandler>);
static_assert(std::is_nothrow_move_assignable_v<IntHandler>);
static_assert(std::is_nothrow_default_constructible_v<IntHandler>);
static_assert(std::is_constructible_v<IntHandler, void (*)(int)>);
static_assert(!std::is_constructible_v<IntHandler, void (*)(std::string)>);
static_assert(!std::is_constructible_v<IntHandler, int>);

/// What became of a callable and of those it was moved to: `alive` is 0 once all are gone.
struct Life {
  int made = 0;
  int alive = 0;
  int calls = 0;
};

template <std::size_t Size>
class Watched {
 public:
  explicit Watched(Life& life) : life_(&life) { note(); }
  Watched(Watched&& other) noexcept : life_(other.life_) { note(); }
  Watched& operator=(Watched&&) = delete;
  ~Watched() { --life_->alive; }
  void operator()(int) { ++life_->calls; }

 private:
  void note() {
    ++life_->made;
    ++life_->alive;
  }
  Life* life_;
  std::array<void*, Size - 1> rest_{};
};
using Small = Watched<4>;
using Large = Watched<5>;
static_assert(sizeof(Small) == 4 * sizeof(void*));

/// Small, but its move may throw.
struct ThrowingMove {
  ThrowingMove() = default;
  ThrowingMove(const ThrowingMove&) = default;
  // NOLINTNEXTLINE(performance-noexcept-move-constructor): that is the point
  ThrowingMove(ThrowingMove&&) noexcept(false) {}
  ThrowingMove& operator=(const ThrowingMove&) = default;
  ~ThrowingMove() = default;
  void operator()(int) {}
};

template <class Make>
long allocations_of(Make make) {
  const long before = test::allocations();
  const IntHandler handler = make();
  return test::allocations() - before;
}

TEST(Handler, IsEmptyByDefault) {
  IntHandler handler;
  EXPECT_FALSE(handler);
  handler.reset();
  EXPECT_FALSE(handler);
}

TEST(Handler, PassesItsArgumentsOn) {
  std::string got;
  Handler<std::string, std::unique_ptr<int>> handler(
      [&](std::string text, std::unique_ptr<int> number) {  // NOLINT(*-unnecessary-value-param)
        got = std::move(text) + std::to_string(*number);
      });
  EXPECT_TRUE(handler);
  handler("a", std::make_unique<int>(1));
  EXPECT_EQ(got, "a1");
}

TEST(Handler, PassesReferencesOnAsSuch) {
  int number = 1;
  Handler<int&> handler([](int& given) { given = 2; });
  handler(number);
  EXPECT_EQ(number, 2);
}

TEST(Handler, TakesFunctionsAndWhatIsMutable) {
  static int last = 0;
  IntHandler function([](int value) { last = value; });
  function(5);
  EXPECT_EQ(last, 5);
  IntHandler mutable_one([count = 0](int) mutable { last = ++count; });
  mutable_one(0);
  mutable_one(0);
  EXPECT_EQ(last, 2);
}

TEST(Handler, IgnoresWhatTheCallableReturns) {
  IntHandler handler([](int value) { return value + 1; });
  handler(1);
}

TEST(Handler, OfFourPointersLivesInside) {
  Life life;
  EXPECT_EQ(allocations_of([&] { return IntHandler(Small(life)); }), 0);
  EXPECT_EQ(life.alive, 0);
}

TEST(Handler, OfMoreLivesOutsideInOneAllocation) {
  Life life;
  EXPECT_EQ(allocations_of([&] { return IntHandler(Large(life)); }), 1);
  EXPECT_EQ(life.alive, 0);
}

TEST(Handler, OfWhatMayThrowWhenMovedLivesOutside) {
  EXPECT_EQ(allocations_of([] { return IntHandler(ThrowingMove()); }), 1);
}

TEST(Handler, OfWhatHasToBeAlignedMoreLivesOutsideAndIsAligned) {
  struct alignas(2 * alignof(void*)) Aligned {
    bool* aligned;
    void operator()(int) {
      *aligned = reinterpret_cast<std::uintptr_t>(this) % alignof(Aligned) == 0;
    }
  };
  bool aligned = false;
  IntHandler handler(Aligned{&aligned});
  IntHandler moved(std::move(handler));
  moved(0);
  EXPECT_TRUE(aligned);
}

template <class Callable>
void expect_destroyed_once() {
  Life life;
  {
    IntHandler handler{Callable(life)};
    handler(1);
    EXPECT_EQ(life.alive, 1);
    EXPECT_EQ(life.calls, 1);
  }
  EXPECT_EQ(life.alive, 0);
}

TEST(Handler, DestroysItsCallableOnce) {
  expect_destroyed_once<Small>();
  expect_destroyed_once<Large>();
}

template <class Callable>
void expect_reset_destroys() {
  Life life;
  IntHandler handler{Callable(life)};
  handler.reset();
  EXPECT_EQ(life.alive, 0);
  EXPECT_FALSE(handler);
  handler.reset();
}

TEST(Handler, ResetDropsTheCallable) {
  expect_reset_destroys<Small>();
  expect_reset_destroys<Large>();
}

template <class Callable>
void expect_moves() {
  Life life;
  IntHandler handler{Callable(life)};
  IntHandler moved(std::move(handler));
  EXPECT_FALSE(handler);  // NOLINT(bugprone-use-after-move): that is the test
  ASSERT_TRUE(moved);
  EXPECT_EQ(life.alive, 1);
  moved(1);
  EXPECT_EQ(life.calls, 1);
  IntHandler assigned;
  assigned = std::move(moved);
  assigned(1);
  EXPECT_EQ(life.calls, 2);
  EXPECT_EQ(life.alive, 1);
}

TEST(Handler, AMoveTakesTheCallableAlong) {
  expect_moves<Small>();
  expect_moves<Large>();
}

TEST(Handler, AMoveOfALargeOneMovesOnlyItsPointer) {
  Life life;
  IntHandler handler{Large(life)};
  const int made = life.made;
  const IntHandler moved(std::move(handler));
  EXPECT_EQ(life.made, made);
}

template <class First, class Second>
void expect_assignment_drops() {
  Life dropped;
  Life kept;
  IntHandler handler{First(dropped)};
  handler = IntHandler{Second(kept)};
  EXPECT_EQ(dropped.alive, 0);
  EXPECT_EQ(kept.alive, 1);
  handler(1);
  EXPECT_EQ(kept.calls, 1);
  EXPECT_EQ(dropped.calls, 0);
  handler = IntHandler();
  EXPECT_EQ(kept.alive, 0);
  EXPECT_FALSE(handler);
}

TEST(Handler, AnAssignmentDropsWhatWasThere) {
  expect_assignment_drops<Small, Large>();
  expect_assignment_drops<Large, Small>();
  expect_assignment_drops<Small, Small>();
  expect_assignment_drops<Large, Large>();
}

TEST(Handler, AnAssignmentToItselfChangesNothing) {
  Life life;
  IntHandler handler{Small(life)};
  IntHandler& same = handler;
  handler = std::move(same);
  ASSERT_TRUE(handler);
  handler(1);
  EXPECT_EQ(life.calls, 1);
}

TEST(Handler, OwnsWhatCannotBeCopied) {
  int got = 0;
  IntHandler handler([&got, owned = std::make_unique<int>(3)](int value) { got = *owned * value; });
  IntHandler moved(std::move(handler));
  moved(5);
  EXPECT_EQ(got, 15);
}

TEST(Handler, ACopyOfALambdaStaysTheCallers) {
  const auto owned = std::make_shared<int>();
  const auto lambda = [owned](int) {};
  {
    const IntHandler handler(lambda);
    EXPECT_EQ(owned.use_count(), 3);
  }
  EXPECT_EQ(owned.use_count(), 2);
}

TEST(Handler, WhatTheCallableThrowsIsPassedOnAndItStaysThere) {
  IntHandler handler([](int value) {
    if (value == 0) throw std::runtime_error("mine");
  });
  EXPECT_THROW(handler(0), std::runtime_error);
  EXPECT_TRUE(handler);
  EXPECT_NO_THROW(handler(1));
}

TEST(Handler, IsAsLargeAsItsRoomAndOnePointer) { EXPECT_EQ(sizeof(IntHandler), 5 * sizeof(void*)); }

TEST(Handler, OfANullPointerOrAnEmptyFunctionIsEmpty) {
  void (*const null)(int) = nullptr;
  EXPECT_FALSE(IntHandler(null));
  EXPECT_FALSE(IntHandler(std::function<void(int)>()));
  static int called = 0;
  EXPECT_TRUE(IntHandler([](int) { ++called; }));
  void (*const function)(int) = [](int) { ++called; };
  IntHandler handler(function);
  ASSERT_TRUE(handler);
  handler(1);
  EXPECT_EQ(called, 1);
  EXPECT_TRUE(IntHandler(std::function<void(int)>(function)));
}

TEST(Handler, AnEmptyOneDoesNothing) {
  IntHandler none;
  none(1);
  IntHandler moved([](int) {});
  const IntHandler taken(std::move(moved));
  moved(1);  // NOLINT(bugprone-use-after-move): that is the point
}

}  // namespace
}  // namespace conq
