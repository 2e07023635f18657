// SPDX-License-Identifier: Apache-2.0
// Peers of a console socket that send what no runtime sends: each is a clear error, and no
// descriptor is left.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/conformance/console_socket_fixture.hpp"
#include "tests/support/temp_dir.hpp"

namespace conq::test {
namespace {

template <class On>
class ConsoleSocketHostile : public ConsoleSocketTest<On> {
 protected:
  /// What is told of a peer that sends `fd`.
  std::error_code told_of(int fd) {
    return this->told_after([&](ConsolePeer& peer) { EXPECT_TRUE(peer.send("/dev/ptmx", {fd})); });
  }
};
TYPED_TEST_SUITE(ConsoleSocketHostile, Backends, BackendNames);

TYPED_TEST(ConsoleSocketHostile, NothingAtAll) {
  EXPECT_EQ(this->told_after([](ConsolePeer& peer) { peer.close(); }), errc::no_descriptor);
}

TYPED_TEST(ConsoleSocketHostile, ANameWithoutADescriptor) {
  EXPECT_EQ(this->told_after([](ConsolePeer& peer) {
    EXPECT_TRUE(peer.send("/dev/pts/0"));
    peer.close();
  }),
            errc::no_descriptor);
}

TYPED_TEST(ConsoleSocketHostile, SeveralDescriptors) {
  const Pty pty = raw_pty();
  const std::vector<int> two{pty.master.fd(), pty.master.fd()};
  EXPECT_EQ(this->told_after([&](ConsolePeer& peer) { EXPECT_TRUE(peer.send("c", two)); }),
            errc::several_descriptors);
}

TYPED_TEST(ConsoleSocketHostile, AsManyDescriptorsAsThereCanBe) {
  const Pty pty = raw_pty();
  // Linux: SCM_MAX_FD. Other kernels take as many, too.
  const std::vector<int> many(253, pty.master.fd());
  EXPECT_EQ(this->told_after([&](ConsolePeer& peer) { EXPECT_TRUE(peer.send("c", many)); }),
            errc::several_descriptors);
}

TYPED_TEST(ConsoleSocketHostile, DescriptorsAfterTheFirst) {
  const Pty pty = raw_pty();
  auto socket = this->listen();
  ConsolePeer peer(socket.path());
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(peer.send("c", {pty.master.fd()}));
  EXPECT_EQ(this->receive(socket).name(), "c");
}

TYPED_TEST(ConsoleSocketHostile, AFile) {
  const TempDir dir;
  const Fd file(::open(dir.file("file", "text").c_str(), O_RDWR | O_CLOEXEC));
  EXPECT_EQ(this->told_of(file.get()), errc::not_a_pty_master);
}

TYPED_TEST(ConsoleSocketHostile, ASocketOrAPipe) {
  int ends[2] = {-1, -1};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const Fd one(ends[0]);
  const Fd other(ends[1]);
  EXPECT_EQ(this->told_of(one.get()), errc::not_a_pty_master);
  ASSERT_EQ(::pipe(ends), 0);
  const Fd out(ends[0]);
  const Fd in(ends[1]);
  EXPECT_EQ(this->told_of(out.get()), errc::not_a_pty_master);
  EXPECT_EQ(this->told_of(in.get()), errc::not_a_pty_master);
}

TYPED_TEST(ConsoleSocketHostile, ASlave) {
  const Pty pty = raw_pty();
  EXPECT_EQ(this->told_of(pty.slave.get()), errc::not_a_pty_master);
}

TYPED_TEST(ConsoleSocketHostile, OtherDevices) {
  for (const char* path : {"/dev/null", "/dev/zero"}) {
    const Fd device(::open(path, O_RDWR | O_CLOEXEC));
    EXPECT_EQ(this->told_of(device.get()), errc::not_a_pty_master) << path;
  }
}

TYPED_TEST(ConsoleSocketHostile, ADirectory) {
  const Fd directory(::open("/", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(this->told_of(directory.get()), errc::not_a_pty_master);
}

TYPED_TEST(ConsoleSocketHostile, AMasterThatIsOpenForOneWayOnly) {
  const Fd reading(::open("/dev/ptmx", O_RDONLY | O_NOCTTY | O_CLOEXEC));
  if (!reading) GTEST_SKIP() << "/dev/ptmx cannot be opened for reading alone";
  EXPECT_EQ(this->told_of(reading.get()), errc::not_a_pty_master);
}

TYPED_TEST(ConsoleSocketHostile, TheConsoleSocketItself) {
  EXPECT_EQ(this->told_after([&](ConsolePeer& peer) { EXPECT_TRUE(peer.send("c", {peer.fd()})); }),
            errc::not_a_pty_master);
}

TYPED_TEST(ConsoleSocketHostile, ANameOfAMegabyte) {
  const Pty pty = raw_pty();
  const std::string name(1'000'000, 'n');
  for (const auto& descriptors : {std::vector<int>{}, std::vector<int>{pty.master.fd()}}) {
    auto socket = this->listen();
    ConsolePeer peer(socket.path());
    InThread sender([&] { return peer.send(name, descriptors); });
    EXPECT_EQ(this->error_of(socket), std::errc::message_size);
    EXPECT_FALSE(sender.get()) << "the rest was not read";
  }
}

TYPED_TEST(ConsoleSocketHostile, ANameThatNeverEnds) {
  auto socket = this->listen();
  ConsolePeer peer(socket.path());
  InThread sender([&] {
    while (peer.send("n")) {
    }
    return true;
  });
  EXPECT_EQ(this->error_of(socket), std::errc::message_size);
  EXPECT_TRUE(sender.get()) << "the connection is closed";
}

TYPED_TEST(ConsoleSocketHostile, TheLongestNameIsTaken) {
  const Pty pty = raw_pty();
  const std::string name(4096, 'n');
  auto socket = this->listen();
  ConsolePeer peer(socket.path());
  EXPECT_TRUE(peer.send(name, {pty.master.fd()}));
  EXPECT_EQ(this->receive(socket).name(), name);
}

TYPED_TEST(ConsoleSocketHostile, ABlankNameGivesWayToTheKernels) {
  const Pty pty = raw_pty();
  for (const std::string& blank :
       {std::string(" "), std::string(1, '\0'), std::string(" \0\0 ", 4)}) {
    auto socket = this->listen();
    ConsolePeer peer(socket.path());
    EXPECT_TRUE(peer.send(blank, {pty.master.fd()}));
    EXPECT_EQ(this->receive(socket).name(), pty.slave_name);
  }
}

TYPED_TEST(ConsoleSocketHostile, ANameThatWouldCommandATerminal) {
  const Pty pty = raw_pty();
  auto socket = this->listen();
  ConsolePeer peer(socket.path());
  EXPECT_TRUE(
      peer.send(std::string_view("\033]0;evil\007\r\n\0\x9b\xc3\xbc\x7fz", 17), {pty.master.fd()}));
  EXPECT_EQ(this->receive(socket).name(), "?]0;evil????????z");
}

TYPED_TEST(ConsoleSocketHostile, ANameThatIsAPathIsNotFollowed) {
  const TempDir dir;
  const Pty pty = raw_pty();
  ASSERT_EQ(::mkfifo((dir / "fifo").c_str(), 0600), 0);
  auto socket = this->listen();
  ConsolePeer peer(socket.path());
  // Whoever opened it would wait for good.
  EXPECT_TRUE(peer.send(dir / "fifo", {pty.master.fd()}));
  EXPECT_EQ(this->receive(socket).name(), dir / "fifo");
}

}  // namespace
}  // namespace conq::test
