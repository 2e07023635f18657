// SPDX-License-Identifier: Apache-2.0
#include "prefix.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace conq::app {
namespace {

std::string prefix(const Prefixes& prefixes, std::size_t index, bool continued = false,
                   std::time_t now = 0) {
  std::string out;
  prefixes.append(out, index, continued, now);
  return out;
}

TEST(Prefix, PadsEachLabelToTheLongest) {
  const Prefixes prefixes({"web", "worker"}, "conq", {});
  EXPECT_EQ(prefix(prefixes, 0), "web    | ");
  EXPECT_EQ(prefix(prefixes, 1), "worker | ");
  std::string own;
  prefixes.append_own(own, 0);
  EXPECT_EQ(own, "conq   | ");
  EXPECT_EQ(prefixes.width(), 9U);
}

TEST(Prefix, CountsItsOwnLabelToo) { EXPECT_EQ(prefix(Prefixes({"a"}, "conq", {}), 0), "a    | "); }

TEST(Prefix, MarksThePiecesOfALongLine) {
  EXPECT_EQ(prefix(Prefixes({"web"}, "conq", {}), 0, true), "web  + ");
}

TEST(Prefix, GivesEachLabelAColourAndEndsIt) {
  const Prefixes prefixes({"a", "b"}, "conq", {true, false});
  EXPECT_EQ(prefix(prefixes, 0), "\x1b[36ma    |\x1b[0m ");
  EXPECT_EQ(prefix(prefixes, 1), "\x1b[33mb    |\x1b[0m ");
  EXPECT_EQ(prefixes.width(), 7U) << "colours take no columns";
}

TEST(Prefix, BeginsThePaletteAnewWhenItIsUsedUp) {
  std::vector<std::string> labels(11, "x");
  const Prefixes prefixes(labels, "conq", {true, false});
  EXPECT_EQ(prefix(prefixes, 10), prefix(prefixes, 0));
  EXPECT_NE(prefix(prefixes, 9), prefix(prefixes, 0));
}

TEST(Prefix, BeginsWithTheLocalTimeIfWanted) {
  ::setenv("TZ", "UTC0", 1);
  ::tzset();
  const Prefixes prefixes({"web"}, "conq", {false, true});
  EXPECT_EQ(prefix(prefixes, 0, false, 3661), "01:01:01 web  | ");
  EXPECT_EQ(prefixes.width(), 16U);
}

}  // namespace
}  // namespace conq::app
