// SPDX-License-Identifier: Apache-2.0
// Devices that lie, and ptys of somebody else's devpts: nothing is looked up by what they say.
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstring>

#include "conq/pty.hpp"
#include "tests/conformance/console_socket_fixture.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/lying_file_linux.hpp"
#include "tests/support/own_mounts_linux.hpp"
#include "tests/support/temp_dir.hpp"

namespace conq::test {
namespace {

std::string errno_of(const char* what) { return std::string(what) + ": " + std::strerror(errno); }

template <class On>
class HostileDevices : public ConsoleSocketTest<On> {
 protected:
  using typename ConsoleSocketTest<On>::Socket;

  /// Runs `body` with a file that lies, in a child.
  template <class Body>
  static void with_lying_file(Body body) {
    const TempDir dir;
    in_child([&] {
      if (!own_mounts()) GTEST_SKIP() << errno_of("no mounts of our own");
      std::optional<LyingFile> file;
      try {
        file.emplace(dir.path());
      } catch (const std::system_error& error) {
        GTEST_SKIP() << error.what();
      }
      const Fd lying = file->open();
      ASSERT_EQ(::isatty(lying.get()), 1) << "it does not lie";
      body(lying);
    });
  }

  /// Runs `body` with a master of another devpts instance than ours, both of number 0, and our own.
  template <class Body>
  static void with_foreign_master(Body body) {
    const TempDir dir;
    in_child([&] {
      if (!own_mounts()) GTEST_SKIP() << errno_of("no mounts of our own");
      for (const std::string& where : {std::string("/dev/pts"), std::string(dir.path())}) {
        if (::mount("devpts", where.c_str(), "devpts", 0, "newinstance,ptmxmode=0666") != 0) {
          GTEST_SKIP() << errno_of("no devpts");
        }
      }
      const Fd ours(::open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC));
      const Fd theirs(::open((dir / "ptmx").c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
      if (!ours || !theirs) GTEST_SKIP() << errno_of("no pty");
      // Unlocked, and never opened: that is what whoever followed the number would open.
      ASSERT_EQ(::unlockpt(ours.get()), 0);
      ASSERT_EQ(::unlockpt(theirs.get()), 0);
      body(theirs);
      pollfd events{ours.get(), POLLIN, 0};
      EXPECT_EQ(::poll(&events, 1, 0), 0) << "our own pty of that number was opened";
    });
  }

  static Fd slave_of(const Fd& master) {
    return Fd(::ioctl(master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  }
};
TYPED_TEST_SUITE(HostileDevices, Backends, BackendNames);

TYPED_TEST(HostileDevices, AFileThatSaysItIsAMasterIsNoneToAConsoleSocket) {
  this->with_lying_file([&](const Fd& lying) {
    typename TestFixture::Poller own;
    auto socket = TestFixture::Socket::listen(own);
    ConsolePeer peer(socket.path());
    EXPECT_TRUE(peer.send("/dev/ptmx", {lying.get()}));
    EXPECT_EQ(this->error_of(socket), errc::not_a_pty_master);
  });
}

TYPED_TEST(HostileDevices, AFileThatSaysItIsATerminalIsNoConsole) {
  this->with_lying_file([](const Fd& lying) {
    std::error_code ec;
    const conq::Console none = conq::Console::from_fd(Fd(::dup(lying.get())), {}, ec);
    EXPECT_EQ(ec, errc::not_a_console);
  });
}

TYPED_TEST(HostileDevices, ADescriptorThatAFileSaysIsItsSlaveStaysItsOwners) {
  this->with_lying_file([](const Fd& lying) {
    // What it answers to TIOCGPTPEER is 0.
    ASSERT_TRUE(is_open(0));
    std::error_code ec;
    { const Pty none = open_pty_from(Fd(::dup(lying.get())), {}, ec); }
    EXPECT_EQ(ec, errc::not_a_console);
    EXPECT_TRUE(is_open(0)) << "closed, as if it were ours";
  });
}

TYPED_TEST(HostileDevices, AMasterOfAnotherDevptsIsItselfAndNotOursOfThatNumber) {
  this->with_foreign_master([&](const Fd& theirs) {
    typename TestFixture::Poller own;
    auto socket = TestFixture::Socket::listen(own);
    ConsolePeer peer(socket.path());
    EXPECT_TRUE(peer.send(" ", {theirs.get()}));
    conq::Console received = this->receive(socket);
    EXPECT_EQ(received.name(), "/dev/pts/0") << "a name for messages";
    received.set_raw();
    received.resize({24, 80, 0, 0});
    const Fd slave = this->slave_of(theirs);
    auto console = own.add(std::move(received));
    say(slave, "theirs");
    EXPECT_EQ(read_exactly(console, 6), "theirs");
    console.write(bytes("ours"));
    EXPECT_EQ(hear(slave, 4), "ours");
    EXPECT_EQ(console.size(), (WinSize{24, 80, 0, 0}));
  });
}

TYPED_TEST(HostileDevices, ASlaveOfAnotherDevptsIsNoMaster) {
  this->with_foreign_master([&](const Fd& theirs) {
    const Fd slave = this->slave_of(theirs);
    typename TestFixture::Poller own;
    auto socket = TestFixture::Socket::listen(own);
    ConsolePeer peer(socket.path());
    EXPECT_TRUE(peer.send("/dev/pts/0", {slave.get()}));
    EXPECT_EQ(this->error_of(socket), errc::not_a_pty_master);
  });
}

TYPED_TEST(HostileDevices, APtyOfAnotherDevptsIsMadeWithItsOwnSlave) {
  this->with_foreign_master([](const Fd& theirs) {
    Pty pty = open_pty_from(Fd(::dup(theirs.get())), {24, 80, 0, 0});
    pty.master.set_raw();
    say(pty.slave, "x");
    std::byte one{};
    EXPECT_EQ(pty.master.read({&one, 1}), 1U);
    EXPECT_EQ(pty.master.size(), (WinSize{24, 80, 0, 0}));
  });
}

/// In a user namespace of its own, in which it is root.
bool enter_user_namespace() {
  const std::string user = std::to_string(::geteuid());
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  const Fd map(::open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC));
  const std::string line = "0 " + user + " 1\n";
  return ::write(map.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
         ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

TYPED_TEST(HostileDevices, AMasterOfAnotherUserNamespaceIsTaken) {
  const TempDir dir;
  auto socket = this->listen();
  in_child([&] {
    if (!enter_user_namespace()) GTEST_SKIP() << errno_of("no user namespace");
    if (::mount("devpts", dir.path().c_str(), "devpts", 0, "newinstance,ptmxmode=0666") != 0) {
      GTEST_SKIP() << errno_of("no devpts");
    }
    const Fd master(::open((dir / "ptmx").c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!master) GTEST_SKIP() << errno_of("no pty");
    ASSERT_EQ(::unlockpt(master.get()), 0);
    const Fd slave = this->slave_of(master);
    say(slave, "said there\n");
    ConsolePeer peer(socket.path());
    EXPECT_EQ(peer.error(), 0);
    EXPECT_TRUE(peer.send("/dev/ptmx", {master.get()}));
  });
  if (this->IsSkipped()) return;
  auto console = this->poller.add(this->receive(socket));
  EXPECT_EQ(read_exactly(console, 12), "said there\r\n");
}

}  // namespace
}  // namespace conq::test
