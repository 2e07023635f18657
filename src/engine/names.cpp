// SPDX-License-Identifier: Apache-2.0
#include "engine/names.hpp"

#include "engine/engine.hpp"

namespace conq::detail {

std::string name_of(const std::shared_ptr<Registration>& registration) {
  if (registration == nullptr) return {};
  switch (registration->kind) {
    case Kind::console:
      return registration->console.name();
    case Kind::exit:
      return "process " + std::to_string(static_cast<ExitRegistration&>(*registration).pid);
    case Kind::arrival:
      return static_cast<ArrivalRegistration&>(*registration).name;
    case Kind::stream:
      break;
  }
  const int fd = registration->engine->fd_of(*registration);
  return fd < 0 ? "a closed stream" : "descriptor " + std::to_string(fd);
}

}  // namespace conq::detail
