// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "engine/registration.hpp"

namespace conq::detail {

/// What messages call a registration: the console's name, "descriptor 5", "process 1234".
std::string name_of(const std::shared_ptr<Registration>& registration);

}  // namespace conq::detail
