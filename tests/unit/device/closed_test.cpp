// SPDX-License-Identifier: Apache-2.0
// Members of a closed or moved-from Console, one after the other.
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "conq/pty.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/descriptors.hpp"

namespace conq {
namespace {

struct Member {
  std::string operation;  ///< as messages call it
  std::function<void(Console&)> throwing;
  std::function<void(Console&, std::error_code&)> quiet;
};

const Console& open_console() {
  static const Pty pty = open_pty({24, 80, 0, 0});
  return pty.master;
}

std::vector<Member> members() {
  static std::array<std::byte, 8> room{};
  const WinSize size{24, 80, 0, 0};
  return {
      {"read", [](Console& c) { c.read(room); },
       [](Console& c, std::error_code& ec) { c.read(room, ec); }},
      {"write", [](Console& c) { c.write(room); },
       [](Console& c, std::error_code& ec) { c.write(room, ec); }},
      {"get the size of", [](Console& c) { c.size(); },
       [](Console& c, std::error_code& ec) { c.size(ec); }},
      {"resize", [=](Console& c) { c.resize(size); },
       [=](Console& c, std::error_code& ec) { c.resize(size, ec); }},
      {"resize", [](Console& c) { c.resize_from(open_console()); },
       [](Console& c, std::error_code& ec) { c.resize_from(open_console(), ec); }},
      {"set raw mode of", [](Console& c) { c.set_raw(); },
       [](Console& c, std::error_code& ec) { c.set_raw(ec); }},
      {"disable echo of", [](Console& c) { c.disable_echo(); },
       [](Console& c, std::error_code& ec) { c.disable_echo(ec); }},
      {"reset", [](Console& c) { c.reset(); },
       [](Console& c, std::error_code& ec) { c.reset(ec); }},
      {"close", [](Console& c) { c.close(); },
       [](Console& c, std::error_code& ec) { c.close(ec); }},
  };
}

void expect_closed(Console& console) {
  EXPECT_EQ(console.fd(), -1);
  EXPECT_FALSE(console);
  const std::string name = console.name().empty() ? "" : " " + console.name();
  for (const Member& member : members()) {
    SCOPED_TRACE(member.operation);
    std::error_code ec;
    member.quiet(console, ec);
    EXPECT_EQ(ec, errc::closed);
    try {
      member.throwing(console);
      ADD_FAILURE() << "did not throw";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), errc::closed);
      EXPECT_EQ(error.what(), member.operation + name + ": already closed");
    }
  }
}

TEST(ClosedConsole, EveryMemberOfAClosedConsoleSaysSoByName) {
  Pty pty = open_pty();
  pty.master.close();
  EXPECT_EQ(pty.master.name(), pty.slave_name);
  expect_closed(pty.master);
}

TEST(ClosedConsole, EveryMemberOfAMovedFromConsoleSaysSo) {
  Pty pty = open_pty();
  const Console taken = std::move(pty.master);
  EXPECT_EQ(taken.name(), pty.slave_name);
  EXPECT_EQ(pty.master.name(), "");  // NOLINT(bugprone-use-after-move): what is tested
  expect_closed(pty.master);
}

TEST(ClosedConsole, EveryMemberOfADefaultConsoleSaysSo) {
  Console console;
  expect_closed(console);
}

TEST(ClosedConsole, ReleaseGivesTheDescriptorAwayOpen) {
  Pty pty = open_pty();
  const int number = pty.master.fd();
  const Fd fd = pty.master.release();
  EXPECT_EQ(fd.get(), number);
  EXPECT_TRUE(test::is_open(number));
  expect_closed(pty.master);
}

TEST(ClosedConsole, AClosedConsoleCannotLendItsSize) {
  Pty pty = open_pty({24, 80, 0, 0});
  const Console closed;
  std::error_code ec;
  pty.master.resize_from(closed, ec);
  EXPECT_EQ(ec, errc::closed);
  EXPECT_THROW(pty.master.resize_from(closed), Error);
  EXPECT_EQ(pty.master.size(), (WinSize{24, 80, 0, 0}));
}

TEST(ClosedConsole, CloseClosesTheDescriptorOnce) {
  Pty pty = open_pty();
  const int number = pty.master.fd();
  pty.master.close();
  EXPECT_FALSE(test::is_open(number));
}

TEST(ClosedConsole, AMoveAssignmentClosesTheConsoleThatWasThere) {
  Pty first = open_pty();
  Pty second = open_pty({10, 20, 0, 0});
  const int closed = first.master.fd();
  first.master = std::move(second.master);
  EXPECT_FALSE(test::is_open(closed));
  EXPECT_EQ(first.master.name(), second.slave_name);
  EXPECT_EQ(first.master.size(), (WinSize{10, 20, 0, 0}));
}

TEST(ClosedConsole, AMoveAssignmentToItselfChangesNothing) {
  Pty pty = open_pty({10, 20, 0, 0});
  Console& same = pty.master;
  pty.master = std::move(same);
  EXPECT_EQ(pty.master.name(), pty.slave_name);
  EXPECT_EQ(pty.master.size(), (WinSize{10, 20, 0, 0}));
}

}  // namespace
}  // namespace conq
