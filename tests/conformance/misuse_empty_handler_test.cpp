// SPDX-License-Identifier: Apache-2.0
// A handler that is none: refused where it is given, instead of called later.
#include <functional>

#include "conq/task.hpp"
#include "tests/conformance/process_fixture.hpp"

namespace conq::test {
namespace {

template <class On>
class MisuseEmptyHandler : public ProcessTest<On> {};
TYPED_TEST_SUITE(MisuseEmptyHandler, Backends, BackendNames);

TYPED_TEST(MisuseEmptyHandler, OfAReadOrWriteIsAnInvalidArgument) {
  auto terminal = this->add_terminal();
  auto& console = terminal.console;
  std::array<std::byte, 4> room{};
  std::error_code ec;
  console.async_read(room, IoHandler(), ec);
  EXPECT_EQ(ec, std::errc::invalid_argument);
  console.async_read(LentHandler(), ec);
  EXPECT_EQ(ec, std::errc::invalid_argument);
  console.async_write(room, IoHandler(), ec);
  EXPECT_EQ(ec, std::errc::invalid_argument);
  EXPECT_EQ(text_of_error([&] { console.async_read(LentHandler()); }),
            "start a read of " + console.name() + ": " +
                std::make_error_code(std::errc::invalid_argument).message());
  // Nothing is pending.
  Outcome read;
  console.async_read(read.lent_handler());
  say(terminal.slave, "x");
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
}

TYPED_TEST(MisuseEmptyHandler, MayBeANullFunctionPointerOrAnEmptyFunction) {
  auto terminal = this->add_terminal();
  std::error_code ec;
  void (*const null)(std::error_code, std::span<const std::byte>) = nullptr;
  terminal.console.async_read(null, ec);
  EXPECT_EQ(ec, std::errc::invalid_argument);
  terminal.console.async_read(std::function<void(std::error_code, std::span<const std::byte>)>(),
                              ec);
  EXPECT_EQ(ec, std::errc::invalid_argument);
}

TYPED_TEST(MisuseEmptyHandler, OfAnExitIsAnInvalidArgument) {
  auto process = this->spawn(shell("exit 7"));
  std::error_code ec;
  process.async_wait(ExitHandler(), ec);
  EXPECT_EQ(ec, std::errc::invalid_argument);
  EXPECT_THROW(process.async_wait(ExitHandler()), Error);
  EXPECT_EQ(process.wait(), (ExitStatus{7, 0}));
}

TYPED_TEST(MisuseEmptyHandler, OfARelayIsNone) {
  auto one = this->add_terminal();
  auto other = this->add_terminal();
  auto relay = TestFixture::Relay::start(one.console, other.console, {}, {});
  say(one.slave, "x");
  EXPECT_TRUE(this->serve_until(
      [&] { return wait_readable(other.slave.get(), std::chrono::milliseconds(0)); }));
  relay.stop();
  Outcome read;
  EXPECT_TRUE(this->serve_until([&] {
    // Free again once it has ended.
    std::error_code ec;
    one.console.async_read(read.lent_handler(), ec);
    return !ec;
  }));
}

TYPED_TEST(MisuseEmptyHandler, OfATaskIsAnInvalidArgumentAndItIsNotStarted) {
  bool started = false;
  const auto body = [](bool& told) -> Task<> {
    told = true;
    co_return;
  };
  EXPECT_EQ(text_of_error([&] { start(body(started), {}); }),
            "start a task: " + std::make_error_code(std::errc::invalid_argument).message());
  EXPECT_FALSE(started);
}

}  // namespace
}  // namespace conq::test
