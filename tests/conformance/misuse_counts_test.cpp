// SPDX-License-Identifier: Apache-2.0
// Of nothing, and of more than a kernel takes in a call.
#include <limits>
#include <vector>

#include "conq/task.hpp"
#include "tests/support/poller_test.hpp"

namespace conq::test {
namespace {

template <class On>
class MisuseCounts : public PollerTest<On> {};
TYPED_TEST_SUITE(MisuseCounts, Backends, BackendNames);

TYPED_TEST(MisuseCounts, NothingIsMovedAtOnce) {
  auto terminal = this->add_terminal();
  auto& console = terminal.console;
  std::error_code ec = errc::closed;
  EXPECT_EQ(console.read({}, ec), 0U);
  EXPECT_FALSE(ec);
  EXPECT_EQ(console.read_for({}, std::chrono::nanoseconds::max(), ec), 0U);
  EXPECT_FALSE(ec);
  EXPECT_EQ(console.write({}, ec), 0U);
  EXPECT_FALSE(ec);
  Outcome read;
  Outcome written;
  console.async_read({}, read.handler());
  console.async_write({}, written.handler());
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0 && written.calls() > 0; }));
  EXPECT_EQ(read.count() + written.count(), 0U);
  EXPECT_FALSE(read.error() || written.error());
  std::size_t awaited = 1;
  const auto body = [](auto& to, std::size_t& count) -> Task<> {
    count = co_await to.async_read(std::span<std::byte>());
  };
  start(body(console, awaited), [](const std::exception_ptr&) {});
  EXPECT_TRUE(this->serve_until([&] { return awaited == 0; }));
}

TYPED_TEST(MisuseCounts, NothingIsMovedWhileAnotherCallWaits) {
  auto terminal = this->add_terminal();
  InThread reader([&] { return read_text(terminal.console); });
  reader.wait_until_asleep();
  EXPECT_EQ(terminal.console.read({}), 0U);
  say(terminal.slave, "x");
  EXPECT_EQ(reader.get(), "x");
}

TYPED_TEST(MisuseCounts, ARoomOfMoreThanACallTakesIsReadInto) {
  auto terminal = this->add_terminal();
  std::vector<std::byte> memory(4096);
  // Only as much as is there is ever touched.
  const std::span<std::byte> huge(memory.data(), std::numeric_limits<std::size_t>::max() / 2 + 10);
  say(terminal.slave, "x");
  EXPECT_EQ(terminal.console.read(huge), 1U);
  say(terminal.slave, "y");
  EXPECT_EQ(terminal.console.read_for(huge, deadline), 1U);
  say(terminal.slave, "z");
  Outcome read;
  terminal.console.async_read(huge, read.handler());
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
  EXPECT_EQ(read.error(), std::error_code());
  EXPECT_EQ(read.count(), 1U);
}

}  // namespace
}  // namespace conq::test
