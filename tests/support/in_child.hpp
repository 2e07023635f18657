// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace conq::test {

/// Runs `body` in a forked child, for what must not be done to the test's own process: limits,
/// sessions, namespaces, standard descriptors. Failures and skips of the child become those of the
/// test, with their place and text. Use it as the last statement of a test, without other threads.
void in_child(const std::function<void()>& body);

}  // namespace conq::test
