// SPDX-License-Identifier: Apache-2.0
// What takes a Linux kernel, or root, to try on a console socket.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/conformance/console_socket_fixture.hpp"
#include "tests/support/descriptor_limit.hpp"
#include "tests/support/in_child.hpp"

namespace conq::test {
namespace {

template <class On>
class ConsoleSocketLinux : public ConsoleSocketTest<On> {
 protected:
  using typename ConsoleSocketTest<On>::Socket;

  /// Lets everybody reach it, as a caller might who wants a runtime of another user to.
  static void open_to_all(const Socket& socket) {
    namespace fs = std::filesystem;
    const fs::path path = socket.path();
    fs::permissions(path, fs::perms::all);
    fs::permissions(path.parent_path(), fs::perms::all);
  }
};
TYPED_TEST_SUITE(ConsoleSocketLinux, Backends, BackendNames);

constexpr uid_t nobody = 65534;

TYPED_TEST(ConsoleSocketLinux, APeerOfAnotherUserIsRefusedUnheard) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can be another user";
  const Pty pty = raw_pty();
  auto socket = this->listen();
  this->open_to_all(socket);
  in_child([&] {
    if (::setuid(nobody) != 0) GTEST_SKIP() << "root may not be another user here";
    ConsolePeer peer(socket.path());
    EXPECT_EQ(peer.error(), 0);
    EXPECT_TRUE(peer.send("c", {pty.master.fd()}));
  });
  EXPECT_EQ(this->error_of(socket), errc::foreign_peer);
  EXPECT_EQ(this->error_of(socket), errc::closed);
}

TYPED_TEST(ConsoleSocketLinux, APeerOfRootIsTakenByAnybody) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can be another user";
  in_child([&] {
    typename TestFixture::Poller own;
    auto socket = TestFixture::Socket::listen(own);
    const Pty pty = raw_pty();
    ConsolePeer peer(socket.path());
    EXPECT_TRUE(peer.send("c", {pty.master.fd()}));
    // From here on the socket is another user's than its peer.
    if (::setresuid(nobody, nobody, 0) != 0) GTEST_SKIP() << "root may not be another user here";
    EXPECT_EQ(socket.receive_for(deadline).name(), "c");
    EXPECT_EQ(::setresuid(0, 0, 0), 0);
  });
}

TYPED_TEST(ConsoleSocketLinux, OthersCannotEvenConnect) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can be another user";
  const auto socket = this->listen();
  in_child([&] {
    if (::setuid(nobody) != 0) GTEST_SKIP() << "root may not be another user here";
    EXPECT_EQ(ConsolePeer(socket.path()).error(), EACCES);
  });
}

TYPED_TEST(ConsoleSocketLinux, ADescriptorThatFindsNoFreeNumberIsToldAsLost) {
  const Pty pty = raw_pty();
  auto socket = this->listen();
  ConsolePeer peer(socket.path());
  std::error_code ec;
  socket.receive_for(std::chrono::nanoseconds::zero(), ec);
  EXPECT_EQ(ec, errc::timed_out);
  EXPECT_TRUE(peer.send("c", {pty.master.fd()}));
  {
    const DescriptorLimit full(0);
    socket.receive_for(deadline, ec);
  }
  EXPECT_EQ(ec, errc::descriptor_lost);
}

TYPED_TEST(ConsoleSocketLinux, SomeOfSeveralThatFindNoFreeNumberLeaveNoneOpen) {
  const Pty pty = raw_pty();
  auto socket = this->listen();
  ConsolePeer peer(socket.path());
  std::error_code ec;
  socket.receive_for(std::chrono::nanoseconds::zero(), ec);
  EXPECT_TRUE(peer.send("c", std::vector<int>(10, pty.master.fd())));
  {
    const DescriptorLimit few(1);
    socket.receive_for(deadline, ec);
  }
  EXPECT_EQ(ec, errc::descriptor_lost);
}

TYPED_TEST(ConsoleSocketLinux, AConnectionThatFindsNoFreeNumberStaysForTheNextReceive) {
  const Pty pty = raw_pty();
  auto socket = this->listen();
  ConsolePeer peer(socket.path());
  EXPECT_TRUE(peer.send("c", {pty.master.fd()}));
  std::error_code ec;
  {
    const DescriptorLimit full(0);
    socket.receive_for(deadline, ec);
  }
  EXPECT_EQ(ec, std::errc::too_many_files_open);
  EXPECT_EQ(this->receive(socket).name(), "c");
}

TYPED_TEST(ConsoleSocketLinux, WithNoFreeNumberThereIsNoSocketAndNothingIsLeft) {
  std::error_code ec;
  std::string path;
  {
    const DescriptorLimit full(0);
    path = TestFixture::Socket::listen(this->poller, {}, ec).path();
  }
  EXPECT_EQ(ec, std::errc::too_many_files_open);
  EXPECT_EQ(path, "");
}

TYPED_TEST(ConsoleSocketLinux, ADescriptorOfAPathAloneIsNoMaster) {
  const Fd named(::open("/dev/ptmx", O_PATH | O_CLOEXEC));
  EXPECT_EQ(
      this->told_after([&](ConsolePeer& peer) { EXPECT_TRUE(peer.send("c", {named.get()})); }),
      errc::not_a_pty_master);
}

}  // namespace
}  // namespace conq::test
