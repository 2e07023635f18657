// SPDX-License-Identifier: Apache-2.0
// A descriptor has one owner: what becomes of one that is closed behind its back, or had two.
#include <fcntl.h>
#include <unistd.h>

#include <optional>

#include "tests/support/poller_test.hpp"

namespace conq::test {
namespace {

template <class On>
class MisuseClosedElsewhere : public PollerTest<On> {};
TYPED_TEST_SUITE(MisuseClosedElsewhere, Backends, BackendNames);

TYPED_TEST(MisuseClosedElsewhere, WhatIsCalledAfterwardsReportsBadDescriptor) {
  auto terminal = this->add_terminal();
  ASSERT_EQ(::close(terminal.console.fd()), 0);
  std::error_code ec;
  std::array<std::byte, 8> room{};
  terminal.console.read(room, ec);
  EXPECT_EQ(ec, std::errc::bad_file_descriptor);
  terminal.console.write(bytes("x"), ec);
  EXPECT_EQ(ec, std::errc::bad_file_descriptor);
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
  EXPECT_EQ(read.error(), std::errc::bad_file_descriptor);
  terminal.console.size(ec);
  EXPECT_EQ(ec, std::errc::bad_file_descriptor);
}

TYPED_TEST(MisuseClosedElsewhere, ShutdownEndsWhatIsPending) {
  auto terminal = this->add_terminal();
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  this->serve_what_is_ready();
  ASSERT_EQ(::close(terminal.console.fd()), 0);
  terminal.console.shutdown();
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
  EXPECT_EQ(read.error(), std::errc::bad_file_descriptor);
  EXPECT_EQ(read.count(), 0U);
}

TYPED_TEST(MisuseClosedElsewhere, ANumberThatIsReusedMeanwhileIsNotAddedTwice) {
  std::optional<typename TestFixture::Terminal> terminal = this->add_terminal();
  const int number = terminal->console.fd();
  const Pty next = raw_pty();
  ASSERT_EQ(::close(number), 0);
  ASSERT_EQ(::fcntl(next.master.fd(), F_DUPFD_CLOEXEC, number), number);
  std::error_code ec;
  EXPECT_FALSE(this->poller.add(Fd(number), ec));
  EXPECT_EQ(ec, errc::already_registered);
  EXPECT_TRUE(is_open(number));
  // The handle has that file now: it cannot know.
  terminal->console.write(bytes("x"));
  EXPECT_EQ(hear(next.slave, 1), "x");
  terminal.reset();
  EXPECT_FALSE(is_open(number));
  // Others are served as before.
  auto other = this->add_terminal();
  say(other.slave, "y");
  EXPECT_EQ(read_text(other.console), "y");
}

TYPED_TEST(MisuseClosedElsewhere, OnTwoPollersTheFirstCloseEndsTheOther) {
  typename TestFixture::Poller another;
  auto terminal = this->add_terminal();
  auto elsewhere = another.add(Fd(terminal.console.fd()));
  say(terminal.slave, "x");
  EXPECT_EQ(read_text(elsewhere), "x");
  say(terminal.slave, "y");
  EXPECT_EQ(read_text(terminal.console), "y");
  Outcome pending;
  elsewhere.async_read(pending.lent_handler());
  another.wait_for(std::chrono::nanoseconds::zero());
  terminal.console.close();
  std::error_code ec;
  elsewhere.write(bytes("x"), ec);
  EXPECT_EQ(ec, std::errc::bad_file_descriptor);
  elsewhere.shutdown();
  EXPECT_TRUE(test::serve_until(another, [&] { return pending.calls() > 0; }));
  EXPECT_EQ(pending.error(), std::errc::bad_file_descriptor);
}

}  // namespace
}  // namespace conq::test
