// SPDX-License-Identifier: Apache-2.0
#include "conq/fd.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <utility>

#include "tests/support/descriptors.hpp"

namespace conq {
namespace {

using test::is_open;

int new_descriptor() { return ::open("/dev/null", O_RDWR | O_CLOEXEC); }

TEST(Fd, OwnsNothingByDefault) {
  const Fd fd;
  EXPECT_EQ(fd.get(), -1);
  EXPECT_FALSE(fd);
}

TEST(Fd, DescriptorZeroIsOneToo) {
  Fd fd(0);
  EXPECT_TRUE(fd);
  EXPECT_EQ(fd.release(), 0);
}

TEST(Fd, ClosesAtTheEndOfItsLife) {
  int number = -1;
  {
    const Fd fd(new_descriptor());
    number = fd.get();
    ASSERT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

TEST(Fd, AMoveTakesTheDescriptorAlong) {
  Fd from(new_descriptor());
  const int number = from.get();
  const Fd to(std::move(from));
  EXPECT_EQ(to.get(), number);
  EXPECT_FALSE(from);  // NOLINT(bugprone-use-after-move): what is tested
  EXPECT_TRUE(is_open(number));
}

TEST(Fd, AMoveAssignmentClosesWhatWasOwned) {
  Fd to(new_descriptor());
  const int old = to.get();
  Fd from(new_descriptor());
  const int number = from.get();
  to = std::move(from);
  EXPECT_EQ(to.get(), number);
  EXPECT_TRUE(is_open(number));
  EXPECT_FALSE(is_open(old));
}

TEST(Fd, AMoveAssignmentToItselfChangesNothing) {
  Fd fd(new_descriptor());
  const int number = fd.get();
  Fd& same = fd;
  fd = std::move(same);
  EXPECT_EQ(fd.get(), number);
  EXPECT_TRUE(is_open(number));
}

TEST(Fd, ReleaseLeavesTheClosingToTheCaller) {
  Fd fd(new_descriptor());
  const int number = fd.release();
  EXPECT_FALSE(fd);
  EXPECT_TRUE(is_open(number));
  EXPECT_EQ(::close(number), 0);
}

TEST(Fd, ResetClosesAndTakesAnother) {
  Fd fd(new_descriptor());
  const int old = fd.get();
  const int next = new_descriptor();
  fd.reset(next);
  EXPECT_EQ(fd.get(), next);
  EXPECT_FALSE(is_open(old));
  fd.reset();
  EXPECT_FALSE(fd);
  EXPECT_FALSE(is_open(next));
}

TEST(Fd, ResetToWhatItOwnsKeepsItOpen) {
  Fd fd(new_descriptor());
  fd.reset(fd.get());
  EXPECT_TRUE(is_open(fd.get()));
}

TEST(Fd, ClosesOnceSoThatAReusedNumberIsSafe) {
  Fd fd(new_descriptor());
  const int number = fd.get();
  fd.reset();
  const Fd reused(new_descriptor());
  ASSERT_EQ(reused.get(), number);
  fd.reset();
  EXPECT_TRUE(is_open(number));
}

}  // namespace
}  // namespace conq
