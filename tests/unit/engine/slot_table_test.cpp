// SPDX-License-Identifier: Apache-2.0
#include "engine/slot_table.hpp"

#include <gtest/gtest.h>

#include <set>

namespace conq::detail {
namespace {

std::shared_ptr<Registration> registration() {
  return std::make_shared<Registration>(nullptr, Kind::stream);
}

TEST(SlotTable, FindsARegistrationByItsTokenAndByItsDescriptor) {
  SlotTable table;
  const auto first = registration();
  const auto second = registration();
  const std::uint64_t token = table.insert(*first, 5);
  const std::uint64_t other = table.insert(*second, 3);
  EXPECT_EQ(table.find(token), first.get());
  EXPECT_EQ(table.find(other), second.get());
  EXPECT_EQ(table.find_fd(5), first.get());
  EXPECT_EQ(table.find_fd(3), second.get());
}

TEST(SlotTable, NoTokenIsZero) {
  SlotTable table;
  const auto only = registration();
  EXPECT_NE(table.insert(*only, 0), 0U);
}

TEST(SlotTable, AnOldTokenNeverFindsTheNextRegistrationWithThatDescriptor) {
  SlotTable table;
  std::set<std::uint64_t> old;
  for (int round = 0; round < 1000; ++round) {
    const auto each = registration();
    const std::uint64_t token = table.insert(*each, 4);
    EXPECT_TRUE(old.insert(token).second);
    for (const std::uint64_t stale : old) {
      EXPECT_EQ(table.find(stale), stale == token ? each.get() : nullptr);
    }
    table.erase(*each);
    EXPECT_EQ(table.find_fd(4), nullptr);
  }
}

TEST(SlotTable, AnUnknownTokenOrDescriptorFindsNothing) {
  SlotTable table;
  EXPECT_EQ(table.find(0), nullptr);
  EXPECT_EQ(table.find(UINT64_MAX), nullptr);
  EXPECT_EQ(table.find_fd(-1), nullptr);
  EXPECT_EQ(table.find_fd(1 << 20), nullptr);
}

TEST(SlotTable, ARegistrationWithoutADescriptorIsFoundByItsTokenAlone) {
  SlotTable table;
  const auto exit = registration();
  const std::uint64_t token = table.insert(*exit, -1);
  EXPECT_EQ(table.find(token), exit.get());
  table.erase(*exit);
  EXPECT_EQ(table.find(token), nullptr);
}

TEST(SlotTable, VisitsEachThatIsInIt) {
  SlotTable table;
  const auto stays = registration();
  const auto goes = registration();
  table.insert(*goes, 1);
  table.insert(*stays, 2);
  table.erase(*goes);
  std::set<Registration*> seen;
  table.for_each([&](Registration& each) { seen.insert(&each); });
  EXPECT_EQ(seen, std::set<Registration*>{stays.get()});
}

}  // namespace
}  // namespace conq::detail
