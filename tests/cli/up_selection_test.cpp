// SPDX-License-Identifier: Apache-2.0
// Which processes `conq up` runs.
#include <set>

#include "tests/cli/up_fixture.hpp"

namespace conq::test {
namespace {

using ::testing::ElementsAre;

class UpSelection : public Up {
 protected:
  void SetUp() override { procfile("web: echo $PS\nworker: echo $PS\nclock: echo $PS\n"); }

  /// The processes that ran.
  std::set<std::string> ran(std::vector<std::string> arguments) const {
    arguments.emplace_back("--keep-going");
    std::set<std::string> ran;
    for (const std::string& line : lines_of(up(std::move(arguments)).out)) {
      const std::string text = line.substr(line.find('|') + 2);
      if (text.find(' ') == std::string::npos) ran.insert(text);
    }
    return ran;
  }
};

TEST_F(UpSelection, IsAllOfThem) {
  EXPECT_THAT(ran({}), ElementsAre("clock.1", "web.1", "worker.1"));
}

TEST_F(UpSelection, IsThoseNamed) {
  EXPECT_THAT(ran({"web", "clock"}), ElementsAre("clock.1", "web.1"));
}

TEST_F(UpSelection, IsAsManyAsTheFormationSays) {
  EXPECT_THAT(ran({"-m", "web=2,worker=3"}),
              ElementsAre("web.1", "web.2", "worker.1", "worker.2", "worker.3"));
  EXPECT_THAT(ran({"-m", "all=1,web=2"}), ElementsAre("clock.1", "web.1", "web.2", "worker.1"));
}

TEST_F(UpSelection, CountsThoseNamedByTheFormation) {
  EXPECT_THAT(ran({"-m", "web=2", "web", "clock"}), ElementsAre("clock.1", "web.1", "web.2"));
}

}  // namespace
}  // namespace conq::test
