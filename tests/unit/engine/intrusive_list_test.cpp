// SPDX-License-Identifier: Apache-2.0
#include "engine/intrusive_list.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace conq::detail {
namespace {

struct Element {
  char name = 0;
  Element* previous = nullptr;
  Element* next = nullptr;
  bool listed = false;
};

class List : public testing::Test {
 protected:
  /// The names in order; empties the list.
  std::string take_all() {
    std::string names;
    while (Element* const first = list.front()) {
      names += first->name;
      list.remove(*first);
    }
    EXPECT_TRUE(list.empty());
    EXPECT_EQ(list.size(), 0U);
    return names;
  }

  IntrusiveList<Element, &Element::previous, &Element::next, &Element::listed> list;
  Element a{'a'};
  Element b{'b'};
  Element c{'c'};
};

TEST_F(List, IsEmptyAtFirst) {
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(list.size(), 0U);
  EXPECT_EQ(list.front(), nullptr);
}

TEST_F(List, KeepsTheOrder) {
  list.push_back(a);
  list.push_back(b);
  list.push_back(c);
  EXPECT_EQ(list.size(), 3U);
  EXPECT_FALSE(list.empty());
  EXPECT_EQ(take_all(), "abc");
}

TEST_F(List, TakesAnElementOnce) {
  list.push_back(a);
  list.push_back(b);
  list.push_back(a);
  EXPECT_EQ(list.size(), 2U);
  EXPECT_EQ(take_all(), "ab");
}

TEST_F(List, LosesTheFirstTheLastAndTheOneBetween) {
  for (Element* const gone : {&a, &b, &c}) {
    list.push_back(a);
    list.push_back(b);
    list.push_back(c);
    list.remove(*gone);
    std::string wanted = "abc";
    std::erase(wanted, gone->name);
    EXPECT_EQ(take_all(), wanted);
  }
}

TEST_F(List, DoesNothingToRemoveWhatIsNotThere) {
  list.push_back(a);
  list.remove(b);
  EXPECT_EQ(take_all(), "a");
  list.remove(a);
  EXPECT_TRUE(list.empty());
}

TEST_F(List, TakesWhatWasRemovedAgainAtTheEnd) {
  list.push_back(a);
  list.push_back(b);
  list.remove(a);
  list.push_back(a);
  EXPECT_EQ(take_all(), "ba");
}

}  // namespace
}  // namespace conq::detail
