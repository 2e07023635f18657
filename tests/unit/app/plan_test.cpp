// SPDX-License-Identifier: Apache-2.0
#include "plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/app/failure_of.hpp"

namespace conq::app {
namespace {

using test::failure_of;
using ::testing::ElementsAre;

const std::vector<ProcfileEntry> entries{{"web", "serve"}, {"worker", "work"}, {"clock", "tick"}};

std::vector<std::string> labels(const std::vector<std::string>& names,
                                const std::optional<Formation>& formation) {
  std::vector<std::string> labels;
  for (const PlannedProcess& process : plan(entries, names, formation, 5000)) {
    labels.push_back(process.label);
  }
  return labels;
}

TEST(Plan, RunsOneOfEachWithAHundredPortsForEach) {
  EXPECT_THAT(plan(entries, {}, {}, 5000),
              ElementsAre(PlannedProcess{"web", "web.1", "serve", 5000},
                          PlannedProcess{"worker", "worker.1", "work", 5100},
                          PlannedProcess{"clock", "clock.1", "tick", 5200}));
}

TEST(Plan, NumbersSeveralOfAKind) {
  EXPECT_THAT(plan(entries, {}, parse_formation("worker=2"), 3000),
              ElementsAre(PlannedProcess{"worker.1", "worker.1", "work", 3100},
                          PlannedProcess{"worker.2", "worker.2", "work", 3101}));
}

TEST(Plan, RunsTheNamesSelectedInTheProcfilesOrder) {
  EXPECT_THAT(labels({"clock", "web", "web"}, {}), ElementsAre("web", "clock"));
}

TEST(Plan, KeepsThePortOfAProcessSelectedAlone) {
  EXPECT_EQ(plan(entries, {"clock"}, {}, 5000).front().port, 5200);
}

TEST(Plan, CountsTheNamesSelectedByTheFormation) {
  EXPECT_THAT(labels({"web", "clock"}, parse_formation("web=2,worker=3")),
              ElementsAre("web.1", "web.2", "clock"));
  EXPECT_THAT(labels({}, parse_formation("all=1,web=0")), ElementsAre("worker", "clock"));
}

TEST(Plan, RefusesNamesThatTheProcfileHasNot) {
  const std::string text = "no process \"wbe\" in the Procfile; it has web, worker, clock";
  EXPECT_EQ(failure_of(usage_error, [] { labels({"wbe"}, {}); }), text);
  EXPECT_EQ(failure_of(usage_error, [] { labels({}, parse_formation("wbe=1")); }), text);
}

TEST(Plan, RefusesToRunNothing) {
  EXPECT_EQ(failure_of(usage_error, [] { labels({}, parse_formation("web=0")); }),
            "nothing to run: no process is selected");
}

}  // namespace
}  // namespace conq::app
