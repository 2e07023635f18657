// SPDX-License-Identifier: Apache-2.0
// The window's size lost, or zero at the first open; resizes that race (containerd 840).
//
// Caught: a size set after the program starts, or before a slave is open on kernels that clear it;
// a resize that tells twice, or when nothing changed.
#include "tests/museum/museum_test.hpp"
#include "tests/support/shell.hpp"

namespace conq::test {
namespace {

template <class On>
class Museum15 : public PollerTest<On> {
 protected:
  using Console = typename On::Console;

  /// Reads on until `wanted` was said.
  static std::string read_until_said(Console& console, std::string_view wanted) {
    std::string said;
    while (said.find(wanted) == std::string::npos) {
      const std::string piece = read_text(console);
      EXPECT_FALSE(piece.empty()) << "ended without " << wanted << ": " << said;
      if (piece.empty()) break;
      said += piece;
    }
    return said;
  }
};
TYPED_TEST_SUITE(Museum15, Backends, BackendNames);

TYPED_TEST(Museum15, TheSizeSetBeforeTheStartIsTheOneSeen) {
  ProcessOptions options = shell("stty size");
  options.size = {47, 123, 0, 0};
  for (int round = 0; round < 20; ++round) {
    auto process = TestFixture::Process::spawn(this->poller, options);
    EXPECT_EQ(process.console().size(), options.size);
    ASSERT_EQ(read_to_end_of(process.console()), "47 123\r\n");
    process.wait();
  }
}

TYPED_TEST(Museum15, TheSizeSetBeforeAndAfterTheSlaveIsOpenedIsTheOneSeen) {
  const Pty pty = open_pty({10, 20, 30, 40});
  const Fd again = open_slave(pty.slave_name);
  EXPECT_EQ(pty.master.size(), (WinSize{10, 20, 30, 40}));
  EXPECT_EQ(Console::from_fd(Fd(::dup(again.get()))).size(), (WinSize{10, 20, 30, 40}));
}

TYPED_TEST(Museum15, EachChangeRaisesSigwinchOnceAndItsSizeIsSeen) {
  auto process = TestFixture::Process::spawn(
      this->poller,
      shell("n=0; trap 'n=$((n+1)); echo change $n is $(stty size).' WINCH; echo ready.; "
            "until read line && test \"$line\" = end; do :; done; echo total $n."));
  auto& console = process.console();
  this->read_until_said(console, "ready.");
  for (int change = 1; change <= 5; ++change) {
    const auto rows = static_cast<std::uint16_t>(20 + change);
    console.resize({rows, 80, 0, 0});
    this->read_until_said(
        console, "change " + std::to_string(change) + " is " + std::to_string(rows) + " 80.");
    // The same again is no change.
    console.resize({rows, 80, 0, 0});
  }
  console.write(bytes("end\n"));
  this->read_until_said(console, "total 5.");
  read_to_end_of(console);
  EXPECT_EQ(process.wait(), ExitStatus{});
}

TYPED_TEST(Museum15, OfResizesThatRaceOneIsTheSizeInTheEnd) {
  auto terminal = this->add_terminal();
  for (int round = 0; round < 100; ++round) {
    InThread one([&] { terminal.console.resize({1, 11, 111, 1111}); });
    InThread other([&] { terminal.console.resize({2, 22, 222, 2222}); });
    one.get();
    other.get();
    const WinSize size = terminal.console.size();
    EXPECT_TRUE(size == (WinSize{1, 11, 111, 1111}) || size == (WinSize{2, 22, 222, 2222}));
  }
}

}  // namespace
}  // namespace conq::test
