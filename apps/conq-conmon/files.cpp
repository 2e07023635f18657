// SPDX-License-Identifier: Apache-2.0
#include "files.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "messages.hpp"
#include "unix_address.hpp"

namespace conq::conmon {

void fail(const std::string& what) { throw std::system_error(errno, std::system_category(), what); }

void write_file(const std::string& path, std::string_view text) {
  std::string beside = path + ".XXXXXX";
  const Fd file(::mkostemp(beside.data(), O_CLOEXEC));
  if (!file) fail("make " + beside);
  const bool written =
      ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fchmod(file.get(), 0644) == 0 && ::rename(beside.c_str(), path.c_str()) == 0;
  if (written) return;
  const int error = errno;
  ::unlink(beside.c_str());
  errno = error;
  fail("write " + path);
}

std::string read_file(const std::string& path, std::size_t most) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) fail("open " + path);
  std::string text(most, '\0');
  const ssize_t count = ::read(file.get(), text.data(), text.size());
  if (count < 0) fail("read " + path);
  text.resize(static_cast<std::size_t>(count));
  return text;
}

Fd bind_in(const std::string& directory, const std::string& name, int type, unsigned mode) {
  const std::string path = directory + "/" + name;
  const Fd folder(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder) fail("open " + directory);
  Fd socket(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) fail("make the socket " + path);
  if (::unlinkat(folder.get(), name.c_str(), 0) != 0 && errno != ENOENT) fail("remove " + path);
  const UnixAddress address(folder, name);
  // Of the socket before it has a name, so that nobody finds it open to all for a moment.
  if (::fchmod(socket.get(), mode) != 0 ||
      ::bind(socket.get(), address.get(), address.size()) != 0 ||
      ::fchmodat(folder.get(), name.c_str(), mode, 0) != 0) {
    fail("bind " + path);
  }
  return socket;
}

void touch(const std::string& path) noexcept {
  const Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
  if (!file) say_error("make " + path + ": " + std::strerror(errno));
}

}  // namespace conq::conmon
