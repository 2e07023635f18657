// SPDX-License-Identifier: Apache-2.0
// The consoles of real containers, as their runtimes hand them over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <string>

#include "conq/conq.hpp"
#include "tests/oci/bundle.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/in_thread.hpp"
#include "tests/support/terminal.hpp"

namespace conq::test {
namespace {

using ::testing::HasSubstr;

class ContainerConsole : public testing::Test {
 protected:
  void SetUp() override {
    const std::string reason = bundle.why_not();
    if (!reason.empty()) GTEST_SKIP() << reason;
  }

  /// The console of what `start` has the runtime start.
  template <class Start>
  PolledConsole console_of(Start start) {
    ConsoleSocket socket = ConsoleSocket::listen(poller);
    const RuntimeResult result = start(socket);
    EXPECT_EQ(result.status, ExitStatus{}) << result.said;
    if (result.status != ExitStatus{}) return {};
    return poller.add(socket.receive_for(deadline), {Hangup::end});
  }
  PolledConsole run(const std::string& script) {
    return console_of([&](const ConsoleSocket& socket) { return bundle.run(socket, script); });
  }
  PolledConsole exec(const std::string& script) {
    return console_of([&](const ConsoleSocket& socket) { return bundle.exec(socket, script); });
  }

  static void expect_said(PolledConsole& console, const std::string& wanted) {
    EXPECT_EQ(read_exactly(console, wanted.size()), wanted);
  }
  /// Types all bytes there are into a program that says them again, and reads them.
  static void expect_echo(PolledConsole& console, std::size_t size) {
    std::string all(size, '\0');
    for (std::size_t i = 0; i < size; ++i) all[i] = static_cast<char>(i * 7 / 3);
    expect_said(console, "ready");
    const InThread writer([&] { return console.write(bytes(all)); });
    expect_same(read_exactly(console, size), all);
  }

  Poller poller;
  Bundle bundle;
};

constexpr const char* echo_script = "stty raw -echo; printf ready; head -c 100000; exit 7";
constexpr const char* resize_script =
    "trap 'stty size; exit 3' WINCH; echo ready; while :; do sleep 0.1; done";

TEST_F(ContainerConsole, OfRunPassesEachByteBothWays) {
  PolledConsole console = run(echo_script);
  ASSERT_TRUE(console);
  expect_echo(console, 100'000);
  EXPECT_EQ(read_to_end_of(console), "") << "the end of the container is the console's";
  EXPECT_EQ(bundle.wait_for_end(), 7);
}

TEST_F(ContainerConsole, OfRunGivesTheLastBytesOfAContainerThatIsGone) {
  PolledConsole console = run("stty raw; cat /proc/self/cmdline; printf ' last'; exit 4");
  ASSERT_TRUE(console);
  EXPECT_EQ(bundle.wait_for_end(), 4);
  EXPECT_EQ(read_to_end_of(console), std::string("cat\0/proc/self/cmdline\0 last", 28));
}

TEST_F(ContainerConsole, OfRunTellsOfAResize) {
  PolledConsole console = run(resize_script);
  ASSERT_TRUE(console);
  expect_said(console, "ready\r\n");
  console.resize({33, 101, 0, 0});
  EXPECT_EQ(read_to_end_of(console), "33 101\r\n");
  EXPECT_EQ(bundle.wait_for_end(), 3);
}

TEST_F(ContainerConsole, OfExecIsAnotherOne) {
  PolledConsole first = run("echo up; read line; exit 9");
  ASSERT_TRUE(first);
  expect_said(first, "up\r\n");
  PolledConsole console = exec(echo_script);
  ASSERT_TRUE(console);
  expect_echo(console, 100'000);
  EXPECT_EQ(read_to_end_of(console), "");
  EXPECT_EQ(bundle.wait_for_end(), 7);
  PolledConsole resized = exec(resize_script);
  ASSERT_TRUE(resized);
  expect_said(resized, "ready\r\n");
  resized.resize({44, 99, 0, 0});
  EXPECT_EQ(read_to_end_of(resized), "44 99\r\n");
  EXPECT_EQ(bundle.wait_for_end(), 3);
  first.write(bytes("\n"));
  EXPECT_EQ(read_to_end_of(first), "\r\n");
}

TEST_F(ContainerConsole, IsToldToAHandler) {
  ConsoleSocket socket = ConsoleSocket::listen(poller);
  std::promise<std::string> name;
  const Server server(poller);
  PolledConsole console;
  socket.async_receive([&](std::error_code ec, Console received) {
    const std::string said = ec ? ec.message() : received.name();
    if (!ec) console = poller.add(std::move(received), {Hangup::end});
    name.set_value(said);
  });
  const RuntimeResult result = bundle.run(socket, "stty raw; printf said");
  EXPECT_EQ(result.status, ExitStatus{}) << result.said;
  auto told = name.get_future();
  ASSERT_EQ(told.wait_for(deadline), std::future_status::ready);
  EXPECT_THAT(told.get(), HasSubstr("/dev/"));
  EXPECT_EQ(read_to_end_of(console), "said");
  EXPECT_EQ(bundle.wait_for_end(), 0);
}

TEST_F(ContainerConsole, ThatTheRuntimeCouldNotMakeIsAnError) {
  ConsoleSocket socket = ConsoleSocket::listen(poller);
  const RuntimeResult result = bundle.run_broken(socket);
  EXPECT_NE(result.status, ExitStatus{});
  std::error_code ec;
  const Console none = socket.receive_for(deadline, ec);
  EXPECT_EQ(ec, errc::no_descriptor) << ec.message();
  EXPECT_FALSE(none);
}

}  // namespace
}  // namespace conq::test
