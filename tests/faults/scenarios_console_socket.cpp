// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers)
#include <unistd.h>

#include "tests/faults/scenarios.hpp"
#include "tests/support/console_peer.hpp"

namespace conq::test {
namespace {

/// What may be left of it where its removal failed.
class Remains {
 public:
  explicit Remains(std::string path) : path_(std::move(path)) {}
  Remains(const Remains&) = delete;
  Remains& operator=(const Remains&) = delete;
  ~Remains() {
    const OwnAllocations own;
    ::unlink(path_.c_str());
    ::rmdir(path_.substr(0, path_.rfind('/')).c_str());
  }

 private:
  std::string path_;
};

EpollConsoleSocket listen(Stage& stage) {
  return stage.call({"make a console socket"}, [&](auto&... ec) {
    return EpollConsoleSocket::listen(stage.poller(), {}, ec...);
  });
}

void sends_a_master(const std::string& path) {
  const OwnAllocations own;
  ConsolePeer peer(path);
  const Fd master(::posix_openpt(O_RDWR | O_NOCTTY));
  EXPECT_EQ(peer.error(), 0);
  EXPECT_TRUE(peer.send("/dev/ptmx", {master.get()}));
}

std::string copy_of(const std::string& path) {
  const OwnAllocations own;
  return path;
}

void received_by_a_caller(Stage& stage) {
  EpollConsoleSocket socket = listen(stage);
  const Remains remains(copy_of(socket.path()));
  sends_a_master(socket.path());
  const Console console = stage.call({"receive a console from console socket "},
                                     [&](auto&... ec) { return socket.receive(ec...); });
  EXPECT_GE(console.fd(), 0);
}

void received_by_a_handler(Stage& stage) {
  EpollConsoleSocket socket = listen(stage);
  const Remains remains(copy_of(socket.path()));
  const auto answer = stage.expect_answer();
  stage.call({"receive a console from console socket "}, [&](auto&... ec) {
    socket.async_receive(
        [answer](std::error_code error, const Console& console) {
          ++answer->calls;
          answer->error = error;
          answer->count = console.fd() >= 0 ? 1 : 0;
        },
        ec...);
  });
  answer->started = true;
  sends_a_master(socket.path());
  stage.serve_until([&] { return answer->calls > 0; });
  stage.told(answer->error);
  EXPECT_EQ(answer->count, 1U);
}

}  // namespace

void console_sockets(Stage& stage) {
  // Where it is made first, then.
  ::unsetenv("XDG_RUNTIME_DIR");
  ::unsetenv("TMPDIR");
  stage.make_poller();
  received_by_a_caller(stage);
  received_by_a_handler(stage);
}

}  // namespace conq::test
