// SPDX-License-Identifier: Apache-2.0
#include "notify.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <optional>

#include "tests/conmon/unit/datagrams.hpp"
#include "tests/conmon/unit/said.hpp"
#include "tests/support/descriptors.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/temp_dir.hpp"
#include "unix_address.hpp"

namespace conq::conmon {
namespace {

class Notify : public testing::Test {
 protected:
  Notify() { std::filesystem::create_directories(bundle_ + "/notify"); }

  /// As a program in the container sends it.
  void send(std::string_view text) const {
    const Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const UnixAddress to(bundle_ + "/notify/notify.sock");
    EXPECT_EQ(::sendto(socket.get(), text.data(), text.size(), 0, to.get(), to.size()),
              static_cast<ssize_t>(text.size()));
  }
  void relay() { relay_.emplace(poller_, bundle_, host_path_); }
  void serve_what_is_ready() {
    while (poller_.wait_for(std::chrono::nanoseconds::zero()) > 0) {
    }
  }
  std::string next_at_host(Datagrams& host) {
    EXPECT_TRUE(test::serve_until(poller_, [&] { return host.has_more(); }));
    return host.next();
  }

  test::NoDescriptorLeak no_leak_;
  test::TempDir dir_;
  std::string bundle_ = dir_ / "bundle";
  std::string host_path_ = dir_ / "host";
  Poller poller_;
  std::optional<NotifyRelay> relay_;
};

TEST_F(Notify, PassesReadinessAndWatchdogOnAndNothingElse) {
  Datagrams host(host_path_);
  relay();
  send("STATUS=warming up\n");
  send("MAINPID=1\nREADY=1\nSTATUS=up");
  EXPECT_EQ(next_at_host(host), "READY=1");
  send("NOT_READY=1");
  send("READY=10\nWATCHDOG=1\n");
  EXPECT_EQ(next_at_host(host), "WATCHDOG=1");
  send("WATCHDOG=1\nREADY=1");
  EXPECT_EQ(next_at_host(host), "READY=1");
  serve_what_is_ready();
  EXPECT_FALSE(host.has_more());
}

TEST_F(Notify, PassesOnEachOfSeveralThatCameAtOnce) {
  Datagrams host(host_path_);
  relay();
  for (int i = 0; i < 5; ++i) send("WATCHDOG=1");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(next_at_host(host), "WATCHDOG=1");
}

TEST_F(Notify, GoesOnAfterAnEmptyMessage) {
  Datagrams host(host_path_);
  relay();
  send("");
  send("");
  serve_what_is_ready();
  send("READY=1");
  EXPECT_EQ(next_at_host(host), "READY=1");
}

TEST_F(Notify, MayBeSentToByEveryUserAndReplacesWhatHadTheName) {
  relay();
  relay_.reset();
  relay();
  EXPECT_EQ(std::filesystem::status(bundle_ + "/notify/notify.sock").permissions(),
            std::filesystem::perms::all);
}

TEST_F(Notify, WorksUnderPathsThatNoAddressHolds) {
  bundle_ = dir_ / std::string(120, 'b');
  std::filesystem::create_directories(bundle_ + "/notify");
  const std::string folder = dir_ / std::string(120, 'h');
  std::filesystem::create_directory(folder);
  std::filesystem::create_symlink(folder, dir_ / "short");
  Datagrams host(dir_ / "short/host");
  host_path_ = folder + "/host";
  relay();
  send("READY=1");
  EXPECT_EQ(next_at_host(host), "READY=1");
}

TEST_F(Notify, KnowsAbstractNames) {
  const std::string name = "conq-notify-" + std::to_string(::getpid());
  const Fd host(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un address = address_of(" " + name);
  address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  ASSERT_EQ(::bind(host.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
  host_path_ = "@" + name;
  relay();
  send("READY=1");
  EXPECT_TRUE(test::serve_until(
      poller_, [&] { return test::wait_readable(host.get(), std::chrono::milliseconds::zero()); }));
}

TEST_F(Notify, SaysWhatTheHostDoesNotTakeAndGoesOn) {
  const Said said;
  relay();
  send("READY=1");
  EXPECT_TRUE(test::serve_until(poller_, [&] { return !said.text().empty(); }));
  EXPECT_EQ(said.text(),
            "[conmon:w]: notify socket " + host_path_ + ": No such file or directory\n");
  Datagrams host(host_path_);
  send("READY=1");
  EXPECT_EQ(next_at_host(host), "READY=1");
}

TEST_F(Notify, WaitsForAHostThatIsSlow) {
  Datagrams host(host_path_);
  const Fd other(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const sockaddr_un to = address_of(host_path_);
  std::size_t before = 0;
  while (::sendto(other.get(), "x", 1, MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&to),
                  sizeof to) == 1) {
    ++before;
  }
  relay();
  send("READY=1");
  serve_what_is_ready();
  for (std::size_t i = 0; i < before; ++i) EXPECT_EQ(host.next(), "x");
  EXPECT_EQ(next_at_host(host), "READY=1");
}

TEST_F(Notify, EndsWithThePoller) {
  relay();
  send("READY=1");
  poller_.close();
  poller_.wait();
}

TEST_F(Notify, NeedsItsDirectory) {
  std::filesystem::remove_all(bundle_ + "/notify");
  EXPECT_THROW(relay(), std::system_error);
}

TEST(UnixAddress, IsRefusedWhereItCannotBe) {
  const auto code = [](const std::string& path) {
    try {
      const UnixAddress address(path);
    } catch (const std::system_error& error) {
      return error.code().value();
    }
    return 0;
  };
  EXPECT_EQ(code("/no/such/" + std::string(200, 'x')), ENOENT);
  EXPECT_EQ(code("/tmp/" + std::string(200, 'x')), ENAMETOOLONG);
  EXPECT_EQ(code(std::string(200, 'x')), ENAMETOOLONG);
  EXPECT_EQ(code("/" + std::string(20, 'x')), 0);
}

}  // namespace
}  // namespace conq::conmon
