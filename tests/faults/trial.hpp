// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "tests/faults/scenarios.hpp"

namespace conq::test {

/// What has become of a scenario in which something failed.
struct Trial {
  std::error_code error;  ///< none: it came to its end
  std::string text;       ///< of the throwing form
};

/// Plays `scenario` with what `begin` arms. Fails the test, and goes on, if afterwards a descriptor
/// or a child is left, an operation was not told once or the poller is of no use; ends the program,
/// saying which trial this is, if it hangs.
Trial play(const Scenario& scenario, Form form, const std::string& description,
           const std::function<void()>& begin);

/// The same without anything that fails but what is left out in `fault`: its calls are counted.
Trial rehearse(const Scenario& scenario, const Fault& fault);

/// How many trials there were.
long trials();

}  // namespace conq::test
