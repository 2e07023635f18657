// SPDX-License-Identifier: Apache-2.0
#include "tests/support/lying_file_linux.hpp"

#include <fcntl.h>
#include <linux/fuse.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <vector>

namespace conq::test {
namespace {

constexpr std::uint64_t file_node = 2;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::system_category(), what);
}

fuse_attr attributes_of(std::uint64_t node) {
  fuse_attr attributes{};
  attributes.ino = node;
  attributes.mode = node == file_node ? S_IFREG | 0666 : S_IFDIR | 0777;
  attributes.nlink = 1;
  return attributes;
}

/// What it answers to one request of the kernel's.
struct Answer {
  template <class T>
  explicit Answer(const T& text) : bytes(sizeof text) {
    std::memcpy(bytes.data(), &text, sizeof text);
  }
  explicit Answer(int the_error) : error(the_error) {}
  std::vector<char> bytes;
  int error = 0;
};

Answer to_init() {
  fuse_init_out out{};
  out.major = FUSE_KERNEL_VERSION;
  out.minor = 31;
  out.max_write = 4096;
  return Answer(out);
}

Answer to_lookup() {
  fuse_entry_out out{};
  out.nodeid = file_node;
  out.attr = attributes_of(file_node);
  return Answer(out);
}

Answer to_ioctl(const char* arguments) {
  fuse_ioctl_in in{};
  std::memcpy(&in, arguments, sizeof in);
  Answer answer{fuse_ioctl_out{}};
  answer.bytes.resize(answer.bytes.size() + in.out_size);
  return answer;
}

Answer to(const fuse_in_header& request, const char* arguments) {
  switch (request.opcode) {
    case FUSE_INIT:
      return to_init();
    case FUSE_LOOKUP:
      return to_lookup();
    case FUSE_GETATTR: {
      fuse_attr_out out{};
      out.attr = attributes_of(request.nodeid);
      return Answer(out);
    }
    case FUSE_OPEN:
      return Answer(fuse_open_out{});
    case FUSE_IOCTL:
      return to_ioctl(arguments);
    case FUSE_FLUSH:
    case FUSE_RELEASE:
      return Answer(0);
    default:
      return Answer(ENOSYS);
  }
}

}  // namespace

LyingFile::LyingFile(const std::string& directory)
    : directory_(directory), kernel_(::open("/dev/fuse", O_RDWR | O_CLOEXEC)) {
  if (!kernel_) fail("open /dev/fuse");
  const std::string options =
      "fd=" + std::to_string(kernel_.get()) + ",rootmode=40000,user_id=0,group_id=0";
  if (::mount("lying", directory.c_str(), "fuse", 0, options.c_str()) != 0) fail("mount fuse");
  server_ = std::thread([this] { serve(); });
}

LyingFile::~LyingFile() {
  // Ends the server, whose next read finds no connection.
  ::umount2(directory_.c_str(), MNT_FORCE | MNT_DETACH);
  server_.join();
}

Fd LyingFile::open() const {
  return Fd(::open((directory_ + "/tty").c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
}

void LyingFile::serve() const {
  std::vector<char> request(1 << 20);
  for (;;) {
    const ssize_t count = ::read(kernel_.get(), request.data(), request.size());
    if (count < 0 && (errno == EINTR || errno == ENOENT)) continue;
    if (count <= 0) return;
    fuse_in_header header{};
    std::memcpy(&header, request.data(), sizeof header);
    if (header.opcode == FUSE_FORGET || header.opcode == FUSE_INTERRUPT) continue;
    const Answer answer = to(header, request.data() + sizeof header);
    fuse_out_header out{};
    out.len = static_cast<std::uint32_t>(sizeof out + answer.bytes.size());
    out.error = -answer.error;
    out.unique = header.unique;
    std::vector<char> reply(sizeof out);
    std::memcpy(reply.data(), &out, sizeof out);
    reply.insert(reply.end(), answer.bytes.begin(), answer.bytes.end());
    if (::write(kernel_.get(), reply.data(), reply.size()) < 0) return;
  }
}

}  // namespace conq::test
