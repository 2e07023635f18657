// SPDX-License-Identifier: Apache-2.0
#include "engine/intrusive_list.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace conq::detail {
namespace {

struct Element {
  char name;
  bool listed = false;
  Element* previous = nullptr;
  Element* next = nullptr;
};
using List = IntrusiveList<Element, &Element::previous, &Element::next, &Element::listed>;

std::string names(const List& list) {
  std::string all;
  for (const Element* each = list.front(); each != nullptr; each = each->next) all += each->name;
  return all;
}

TEST(IntrusiveList, KeepsTheOrderWhereverOneIsTakenOff) {
  std::array<Element, 4> all{{{'a'}, {'b'}, {'c'}, {'d'}}};
  for (Element& taken : all) {
    List list;
    std::string left;
    for (Element& each : all) {
      list.push_back(each);
      if (&each != &taken) left += each.name;
    }
    list.remove(taken);
    EXPECT_EQ(names(list), left);
    EXPECT_EQ(list.size(), 3U);
    list.push_back(taken);
    EXPECT_EQ(names(list), left + taken.name);
    for (Element& each : all) list.remove(each);
    EXPECT_TRUE(list.empty());
  }
}

TEST(IntrusiveList, PuttingOnTwiceAndTakingOffTwiceDoNothing) {
  Element only{'a'};
  List list;
  list.push_back(only);
  list.push_back(only);
  EXPECT_EQ(list.size(), 1U);
  list.remove(only);
  list.remove(only);
  EXPECT_EQ(list.size(), 0U);
}

}  // namespace
}  // namespace conq::detail
