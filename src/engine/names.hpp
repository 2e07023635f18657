// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include "device/throwing.hpp"
#include "engine/registration.hpp"

namespace conq::detail {

/// What messages call a registration: the console's name, "descriptor 5", "process 1234".
std::string name_of(const std::shared_ptr<Registration>& registration);

/// Ends the throwing form of a call. The name is made for an error alone: there may be no memory
/// for it, and what succeeded must not throw.
inline void throw_if_failed(std::error_code ec, std::string_view operation,
                            const std::shared_ptr<Registration>& registration) {
  if (ec) throw_error(ec, operation, name_of(registration));
}

}  // namespace conq::detail
