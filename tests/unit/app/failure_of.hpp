// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "failure.hpp"

namespace conq::test {

/// The message of the Failure that `call` throws, which has to have this exit status.
template <class Call>
std::string failure_of(int status, Call call) {
  try {
    call();
  } catch (const app::Failure& failure) {
    EXPECT_EQ(failure.status(), status) << failure.what();
    return failure.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

}  // namespace conq::test
