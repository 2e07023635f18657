// SPDX-License-Identifier: Apache-2.0
// A blocked write to a console that nobody reads never ends (the Go package that conq began from).
//
// Caught: a writer that shutdown does not wake, or whose count is not what the kernel took.
#include "tests/museum/museum_test.hpp"

namespace conq::test {
namespace {

template <class On>
class Museum07 : public PollerTest<On> {};
TYPED_TEST_SUITE(Museum07, Backends, BackendNames);

TYPED_TEST(Museum07, ShutdownEndsAWriteThatNobodyReadsAndTellsHowMuchWasWritten) {
  for (int round = 0; round < 10; ++round) {
    auto terminal = this->add_terminal();
    const std::string sent = numbered(more_than_fits);
    InThread writer([&] {
      std::error_code ec;
      const std::size_t count = terminal.console.write(bytes(sent), ec);
      return std::pair(count, ec);
    });
    writer.wait_until_asleep();
    terminal.console.shutdown();
    const auto [count, ec] = writer.get();
    ASSERT_EQ(ec, errc::shut_down);
    expect_same(hear(terminal.slave, count), std::string_view(sent).substr(0, count));
    EXPECT_EQ(read_available(terminal.slave.get()), "");
  }
}

TYPED_TEST(Museum07, TheThrowingFormThrows) {
  auto terminal = this->add_terminal();
  const std::string sent(more_than_fits, '.');
  InThread writer([&] { return terminal.console.write(bytes(sent)); });
  writer.wait_until_asleep();
  terminal.console.shutdown();
  EXPECT_THROW(writer.get(), Error);
}

}  // namespace
}  // namespace conq::test
