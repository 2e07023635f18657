// SPDX-License-Identifier: Apache-2.0
#include "unix_address.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstddef>
#include <system_error>

namespace conq::conmon {
namespace {

std::string through(const Fd& directory, std::string_view name) {
  return std::string("/proc/self/fd/" + std::to_string(directory.get()) + "/").append(name);
}

}  // namespace

UnixAddress::UnixAddress(const std::string& path) {
  if (path.size() < sizeof address_.sun_path) {
    set(path);
  } else {
    const std::size_t slash = path.rfind('/');
    const std::string parent = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    directory_.reset(::open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!directory_) throw std::system_error(errno, std::generic_category(), "open " + parent);
    set(through(directory_, path.substr(slash + 1)));
  }
}

UnixAddress::UnixAddress(const Fd& directory, std::string_view name) {
  set(through(directory, name));
}

void UnixAddress::set(const std::string& name) {
  if (name.size() >= sizeof address_.sun_path) {
    throw std::system_error(ENAMETOOLONG, std::generic_category(), name);
  }
  address_.sun_family = AF_UNIX;
  name.copy(&address_.sun_path[0], name.size());
  size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() + 1);
  if (name[0] != '@') return;
  address_.sun_path[0] = '\0';
  --size_;
}

}  // namespace conq::conmon
