// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/resource.h>

#include <deque>

#include "tests/support/in_child.hpp"
#include "tests/support/poller_test.hpp"

namespace conq::test {
namespace {

template <class On>
class Add : public PollerTest<On> {};
TYPED_TEST_SUITE(Add, Backends, BackendNames);

TYPED_TEST(Add, MakesTheConsoleNonBlockingAndKeepsNameAndDescriptor) {
  Pty pty = raw_pty();
  const int fd = pty.master.fd();
  const std::string name = pty.master.name();
  const auto console = this->poller.add(std::move(pty.master));
  EXPECT_EQ(console.fd(), fd);
  EXPECT_EQ(console.name(), name);
  EXPECT_NE(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
}

TYPED_TEST(Add, TakesASlaveTooSuchAsThisProgramsOwnTerminal) {
  Pty pty = raw_pty();
  auto console = this->poller.add(Console::from_fd(std::move(pty.slave)));
  pty.master.write(bytes("x"));
  EXPECT_EQ(read_text(console), "x");
}

TYPED_TEST(Add, GivesAllThatAConsoleCanDo) {
  auto terminal = this->add_terminal();
  auto& console = terminal.console;
  console.resize({24, 80, 3, 4});
  EXPECT_EQ(console.size(), (WinSize{24, 80, 3, 4}));
  std::error_code ec = errc::closed;
  EXPECT_EQ(console.size(ec), (WinSize{24, 80, 3, 4}));
  EXPECT_FALSE(ec);
  const Pty other = open_pty({10, 20, 0, 0});
  console.resize_from(other.master);
  EXPECT_EQ(console.size(), (WinSize{10, 20, 0, 0}));

  termios settings{};
  ASSERT_EQ(::tcgetattr(terminal.slave.get(), &settings), 0);
  EXPECT_EQ(settings.c_lflag & static_cast<tcflag_t>(ICANON), 0U);
  settings.c_lflag |= ECHO | ICANON;
  ASSERT_EQ(::tcsetattr(terminal.slave.get(), TCSANOW, &settings), 0);
  console.disable_echo();
  ASSERT_EQ(::tcgetattr(terminal.slave.get(), &settings), 0);
  EXPECT_EQ(settings.c_lflag & static_cast<tcflag_t>(ECHO | ICANON), static_cast<tcflag_t>(ICANON));
  console.set_raw();
  ASSERT_EQ(::tcgetattr(terminal.slave.get(), &settings), 0);
  EXPECT_EQ(settings.c_lflag & static_cast<tcflag_t>(ICANON), 0U);
  console.reset();
  ASSERT_EQ(::tcgetattr(terminal.slave.get(), &settings), 0);
  EXPECT_NE(settings.c_lflag & static_cast<tcflag_t>(ICANON), 0U) << "as it was when opened";
}

TYPED_TEST(Add, OfAClosedConsoleReportsClosed) {
  std::error_code ec;
  EXPECT_FALSE(this->poller.add(Console(), {}, ec));
  EXPECT_EQ(ec, errc::closed);
  Pty pty = open_pty();
  const std::string name = pty.master.name();
  pty.master.close();
  EXPECT_EQ(text_of_error([&] { this->poller.add(std::move(pty.master)); }),
            "add " + name + ": " + ec.message());
  EXPECT_FALSE(this->poller.add(Fd(), ec));
  EXPECT_EQ(ec, errc::closed);
}

TYPED_TEST(Add, OfADescriptorThatIsNotOpenReportsWhatTheKernelDoes) {
  const Fd probe(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  // A number that nobody has: no other thread runs here.
  const int unused = probe.get() + 1000;
  std::error_code ec;
  EXPECT_FALSE(this->poller.add(Fd(unused), ec));
  EXPECT_EQ(ec, std::errc::bad_file_descriptor);
}

TYPED_TEST(Add, OfADescriptorThatIsOnTheQueueIsRefusedAndTheFirstStaysUsable) {
  auto terminal = this->add_terminal();
  const int fd = terminal.console.fd();
  std::error_code ec;
  EXPECT_FALSE(this->poller.add(Console::from_fd(Fd(fd)), {}, ec));
  EXPECT_EQ(ec, errc::already_registered);
  EXPECT_FALSE(this->poller.add(Fd(fd), ec));
  EXPECT_EQ(ec, errc::already_registered);
  EXPECT_THROW(this->poller.add(Console::from_fd(Fd(fd))), Error);
  EXPECT_TRUE(is_open(fd));
  say(terminal.slave, "x");
  EXPECT_EQ(read_text(terminal.console), "x");
  EXPECT_EQ(terminal.console.write(bytes("y")), 1U);
  EXPECT_EQ(hear(terminal.slave, 1), "y");
}

TYPED_TEST(Add, OfADuplicateOfADescriptorOnTheQueueIsARegistrationOfItsOwn) {
  auto terminal = this->add_terminal();
  auto duplicate =
      this->poller.add(Console::from_fd(Fd(::fcntl(terminal.console.fd(), F_DUPFD_CLOEXEC, 0))));
  say(terminal.slave, "x");
  EXPECT_EQ(read_text(duplicate), "x");
  duplicate.close();
  say(terminal.slave, "y");
  EXPECT_EQ(read_text(terminal.console), "y");
}

TYPED_TEST(Add, ClosesWhatItFailsToAdd) {
  this->poller.close();
  Pty pty = open_pty();
  const int fd = pty.master.fd();
  std::error_code ec;
  EXPECT_FALSE(this->poller.add(std::move(pty.master), {}, ec));
  EXPECT_EQ(ec, errc::closed);
  EXPECT_FALSE(is_open(fd));
  const int slave = pty.slave.get();
  EXPECT_FALSE(this->poller.add(std::move(pty.slave), ec));
  EXPECT_EQ(ec, errc::closed);
  EXPECT_FALSE(is_open(slave));
}

TYPED_TEST(Add, AfterShutdownOfTheFirstHandleTakesTheDescriptorAgain) {
  auto terminal = this->add_terminal();
  terminal.console.shutdown();
  // The first handle still owns its number, so the second is of a duplicate.
  auto again =
      this->poller.add(Console::from_fd(Fd(::fcntl(terminal.console.fd(), F_DUPFD_CLOEXEC, 0))));
  terminal.console.close();
  say(terminal.slave, "x");
  EXPECT_EQ(read_text(again), "x");
}

TYPED_TEST(Add, ACopyOnAnotherPollerIsServedToo) {
  typename TestFixture::Poller another;
  auto terminal = this->add_terminal();
  auto elsewhere =
      another.add(Console::from_fd(Fd(::fcntl(terminal.console.fd(), F_DUPFD_CLOEXEC, 0))));
  say(terminal.slave, "x");
  EXPECT_EQ(read_text(elsewhere), "x");
}

TYPED_TEST(Add, CloseConsoleTakesTheChannelWithThisNumberOffTheQueue) {
  auto terminal = this->add_terminal();
  InThread reader([&] { return read_text(terminal.console); });
  reader.wait_until_asleep();
  this->poller.close_console(terminal.console.fd());
  EXPECT_EQ(reader.get(), "");
  std::error_code ec;
  terminal.console.write(bytes("x"), ec);
  EXPECT_EQ(ec, errc::shut_down);
  EXPECT_TRUE(is_open(terminal.console.fd())) << "closing is its owner's";
}

TYPED_TEST(Add, CloseConsoleOfAnUnknownDescriptorReportsNotRegistered) {
  std::error_code ec;
  for (const int fd : {0, -1, 123456}) {
    ec.clear();
    this->poller.close_console(fd, ec);
    EXPECT_EQ(ec, errc::not_registered) << fd;
  }
  auto terminal = this->add_terminal();
  this->poller.close_console(terminal.console.fd());
  this->poller.close_console(terminal.console.fd(), ec);
  EXPECT_EQ(ec, errc::not_registered);
  const std::string text = text_of_error([&] { this->poller.close_console(123456); });
  EXPECT_NE(text.find("123456"), std::string::npos) << text;
}

TYPED_TEST(Add, FromManyThreadsAtOnce) {
  std::deque<InThread<void>> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        auto terminal = this->add_terminal();
        say(terminal.slave, "x");
        ASSERT_EQ(read_text(terminal.console), "x");
      }
    });
  }
  for (auto& thread : threads) thread.get();
}

TYPED_TEST(Add, AThousandConsoles) {
  constexpr std::size_t count = 1000;
  std::vector<typename TestFixture::Terminal> terminals;
  std::vector<Outcome> reads(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::error_code ec;
    Pty pty = open_pty({}, ec);
    if (ec) GTEST_SKIP() << "no " << count << " ptys here: " << ec.message();
    pty.master.set_raw();
    terminals.push_back(
        {this->poller.add(std::move(pty.master)), std::move(pty.slave), pty.slave_name});
    terminals.back().console.async_read(reads[i].lent_handler());
  }
  for (std::size_t i = 0; i < count; ++i) say(terminals[i].slave, std::to_string(i));
  for (std::size_t i = 0; i < count; ++i) {
    ASSERT_TRUE(this->serve_until([&] { return reads[i].calls() > 0; }));
    ASSERT_EQ(reads[i].text(), std::to_string(i));
  }
}

TYPED_TEST(Add, ThePollersDescriptorsAreCloseOnExec) {
  const auto before = open_descriptors();
  const typename TestFixture::Poller short_lived;
  std::error_code not_nestable;
  short_lived.native_handle(not_nestable);
  for (const int fd : open_descriptors()) {
    if (std::find(before.begin(), before.end(), fd) == before.end()) {
      EXPECT_TRUE(is_close_on_exec(fd)) << fd;
    }
  }
}

TYPED_TEST(Add, APollerAtTheDescriptorLimitReportsIt) {
  poller_cleans_up_at_once<typename TestFixture::Poller>();  // while there is room to find out
  // At each number of descriptors left, up to where a poller fits.
  for (rlim_t room = 0; room < 10; ++room) {
    in_child([room] {
      const rlimit low{static_cast<rlim_t>(open_descriptors().back()) + 1, 20000};
      ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
      std::vector<Fd> taken;
      for (;;) {
        Fd fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        if (!fd) break;
        taken.push_back(std::move(fd));
      }
      taken.resize(taken.size() - std::min<std::size_t>(room, taken.size()));
      const auto open = open_descriptors();
      std::error_code ec;
      {
        const typename TestFixture::Poller maybe(ec);
        if (room == 0) {
          EXPECT_EQ(ec, std::errc::too_many_files_open);
          EXPECT_THROW(typename TestFixture::Poller(), Error);
        }
        // libkqueue has other names for it when it fails half-way.
        if (!poller_cleans_up_at_once<typename TestFixture::Poller>()) return;
        EXPECT_TRUE(!ec || ec == std::errc::too_many_files_open) << ec.message();
      }
      EXPECT_EQ(open_descriptors(), open) << "a poller that was not made leaves nothing open";
    });
  }
}

}  // namespace
}  // namespace conq::test
