// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "tests/support/descriptors.hpp"

namespace conq::test {

/// Leaves room for `room` more descriptors, until the end of its scope. Do nothing but the call to
/// be tested meanwhile: the sanitizers, too, need a descriptor now and then.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(rlim_t room) {
    rlim_t free = 0;
    while (is_open(static_cast<int>(free))) ++free;
    EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &before_), 0);
    const rlimit low{free + room, before_.rlim_max};
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;
  ~DescriptorLimit() { EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before_), 0); }

 private:
  rlimit before_{};
};

}  // namespace conq::test
