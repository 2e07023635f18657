// SPDX-License-Identifier: Apache-2.0
// `conq run --record` while somebody sets the clock.
#include <gtest/gtest.h>

#include <chrono>

#include "tests/cli/cast.hpp"
#include "tests/cli/tool.hpp"
#include "tests/support/temp_dir.hpp"

namespace conq::test {
namespace {

TEST(Clock, ThatIsSetDoesNotMatterToTheTimesOfARecording) {
  const TempDir dir;
  const std::string path = dir / "session.cast";
  const auto begin = std::chrono::steady_clock::now();
  // Each look at the time of day is an hour before the last one.
  Tool tool({.arguments = {"run", "--record", path, "--", "sh", "-c",
                           "echo one; sleep 0.1; echo two; sleep 0.1; date +y%Y"},
             .environment = {{"LD_PRELOAD", CONQ_CLOCK_SET_BACK}}});
  EXPECT_EQ(tool.wait(), 0);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  const Cast cast = parse_cast(path);
  EXPECT_EQ(cast.output, "one\r\ntwo\r\ny1999\r\n") << "the clock was set";
  EXPECT_LT(cast.header.at("timestamp"), 946'684'800) << "in 1999, for conq too";
  EXPECT_GE(cast.last, 0.2);
  EXPECT_LE(cast.last, taken.count());
}

}  // namespace
}  // namespace conq::test
