// SPDX-License-Identifier: Apache-2.0
// The example of the library that runs a container.
#include <gtest/gtest.h>

#include "tests/oci/bundle.hpp"

namespace conq::test {
namespace {

TEST(ContainerExample, ShowsWhatAContainerSays) {
  Bundle bundle;
  const std::string reason = bundle.why_not();
  if (!reason.empty()) GTEST_SKIP() << reason;
  const RuntimeResult result = bundle.run_by_example(
      CONQ_EXAMPLE, "while test \"$(stty size 2>&1)\" != '30 100'; do :; done; echo hi");
  EXPECT_EQ(result.status, ExitStatus{});
  EXPECT_EQ(result.said, "hi\r\r\n") << "through two terminals";
}

}  // namespace
}  // namespace conq::test
