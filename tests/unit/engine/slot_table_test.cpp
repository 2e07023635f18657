// SPDX-License-Identifier: Apache-2.0
#include "engine/slot_table.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <set>

namespace conq::detail {
namespace {

/// Registrations of no engine.
class Slots : public testing::Test {
 protected:
  Registration& make() { return made_.emplace_back(nullptr, Kind::stream); }

  SlotTable table;

 private:
  std::deque<Registration> made_;
};

TEST_F(Slots, FindWhatWasInsertedByTokenAndDescriptor) {
  Registration& one = make();
  Registration& other = make();
  const auto token = table.insert(one, 7);
  const auto other_token = table.insert(other, 3);
  EXPECT_NE(token, other_token);
  EXPECT_EQ(table.find(token), &one);
  EXPECT_EQ(table.find(other_token), &other);
  EXPECT_EQ(table.find_fd(7), &one);
  EXPECT_EQ(table.find_fd(3), &other);
}

TEST_F(Slots, FindNothingElse) {
  EXPECT_EQ(table.find(0), nullptr);
  EXPECT_EQ(table.find(12345), nullptr);
  EXPECT_EQ(table.find(UINT64_MAX), nullptr);
  EXPECT_EQ(table.find_fd(0), nullptr);
  EXPECT_EQ(table.find_fd(-1), nullptr);
  EXPECT_EQ(table.find_fd(1 << 20), nullptr);
  table.insert(make(), 7);
  EXPECT_EQ(table.find_fd(6), nullptr);
  EXPECT_EQ(table.find_fd(8), nullptr);
}

TEST_F(Slots, GiveATokenThatIsNever0) {
  for (int i = 0; i < 100; ++i) EXPECT_NE(table.insert(make(), i), 0U);
}

TEST_F(Slots, FindNothingByATokenThatIsOver) {
  Registration& old = make();
  const auto old_token = table.insert(old, 7);
  table.erase(old);
  EXPECT_EQ(table.find(old_token), nullptr);
  EXPECT_EQ(table.find_fd(7), nullptr);
  // The next one has the same slot and the same descriptor.
  Registration& next = make();
  const auto next_token = table.insert(next, 7);
  EXPECT_NE(next_token, old_token);
  EXPECT_EQ(table.find(old_token), nullptr);
  EXPECT_EQ(table.find(next_token), &next);
  EXPECT_EQ(table.find_fd(7), &next);
}

TEST_F(Slots, NeverRepeatATokenOverManyRounds) {
  std::set<std::uint64_t> tokens;
  Registration& registration = make();
  for (int round = 0; round < 1000; ++round) {
    EXPECT_TRUE(tokens.insert(table.insert(registration, 7)).second);
    table.erase(registration);
  }
}

TEST_F(Slots, TakeARegistrationWithoutADescriptor) {
  Registration& registration = make();
  const auto token = table.insert(registration, -1);
  EXPECT_EQ(table.find(token), &registration);
  EXPECT_EQ(table.find_fd(-1), nullptr);
  table.erase(registration);
  EXPECT_EQ(table.find(token), nullptr);
}

TEST_F(Slots, VisitEachThatIsThere) {
  std::set<Registration*> wanted;
  for (int i = 0; i < 10; ++i) {
    Registration& registration = make();
    table.insert(registration, i);
    if (i % 2 == 0) {
      wanted.insert(&registration);
    } else {
      table.erase(registration);
    }
  }
  std::set<Registration*> seen;
  table.for_each([&](Registration& registration) { seen.insert(&registration); });
  EXPECT_EQ(seen, wanted);
}

TEST_F(Slots, MayLoseTheOneThatIsVisited) {
  for (int i = 0; i < 10; ++i) table.insert(make(), i);
  int visited = 0;
  table.for_each([&](Registration& registration) {
    table.erase(registration);
    ++visited;
  });
  EXPECT_EQ(visited, 10);
  table.for_each([](Registration&) { ADD_FAILURE() << "left over"; });
}

}  // namespace
}  // namespace conq::detail
