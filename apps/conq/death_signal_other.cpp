// SPDX-License-Identifier: Apache-2.0
#include "death_signal.hpp"

namespace conq::app {

void send_at_our_end(int /*signal*/) {}

}  // namespace conq::app
