// SPDX-License-Identifier: Apache-2.0
#include "memory_cgroup.hpp"

#include <gtest/gtest.h>

namespace conq::conmon {
namespace {

constexpr const char* v2_mounts =
    "22 1 0:20 / /proc rw - proc proc rw\n"
    "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
constexpr const char* v1_mounts =
    "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
    "33 31 0:30 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
    "34 31 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    "35 31 0:32 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";

TEST(MemoryCgroup, IsBelowTheCommonMountOnV2) {
  const auto found = find_memory_cgroup("0::/user.slice/libpod-1.scope\n", v2_mounts);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->v2);
  EXPECT_EQ(found->directory, "/sys/fs/cgroup/user.slice/libpod-1.scope");
}

TEST(MemoryCgroup, IsBelowItsControllersMountOnV1) {
  for (const char* const cgroups :
       {"4:cpu:/a\n3:memory:/machine/b:c\n0::/d\n", "0::/d\n3:blkio,memory:/machine/b:c"}) {
    const auto found = find_memory_cgroup(cgroups, v1_mounts);
    ASSERT_TRUE(found);
    EXPECT_FALSE(found->v2);
    EXPECT_EQ(found->directory, "/sys/fs/cgroup/memory/machine/b:c");
  }
}

TEST(MemoryCgroup, IsFoundThroughTheMountOfAPart) {
  const char* const mounts = "30 23 0:26 /outer /a\\040b rw - cgroup2 cgroup2 rw\n";
  EXPECT_EQ(find_memory_cgroup("0::/outer/inner\n", mounts)->directory, "/a b/inner");
  EXPECT_EQ(find_memory_cgroup("0::/elsewhere\n", mounts)->directory, "/a b/elsewhere");
}

TEST(MemoryCgroup, IsNoneWhereAnythingIsMissing) {
  EXPECT_FALSE(find_memory_cgroup("", v2_mounts));
  EXPECT_FALSE(find_memory_cgroup("0::/a\n", ""));
  EXPECT_FALSE(find_memory_cgroup("3:memory:/a\n", v2_mounts));
  EXPECT_FALSE(find_memory_cgroup("4:cpu:/a\n", v1_mounts));
  EXPECT_FALSE(find_memory_cgroup("nonsense\n:\n::\n", v1_mounts));
  EXPECT_FALSE(find_memory_cgroup("0::/a\n", "nonsense\n - \n30 23 - cgroup2\n"));
}

}  // namespace
}  // namespace conq::conmon
