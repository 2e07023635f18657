// SPDX-License-Identifier: Apache-2.0
// Row 1 in the middle of a read: it has found no bytes, then the last ones are written and the
// slave is closed, then it looks whether that is so.
#include "tests/museum/museum_test.hpp"
#include "tests/simulation/museum/virtual_time.hpp"

namespace conq::test {
namespace {

using namespace std::chrono_literals;

template <class On>
class Museum01Overtaken : public VirtualTime<On> {
 protected:
  Museum01Overtaken() : VirtualTime<On>(overtaking()) {}

  /// Each kernel, as if it did so.
  static sim::Dialect overtaking() {
    sim::Dialect made = sim::built_dialect();
    made.hangup_overtakes_output = true;
    made.last_close_waits = false;
    return made;
  }

  auto add_terminal_that_ends_amid_read(Hangup hangup) {
    auto terminal = this->add_terminal(hangup);
    const int slave = terminal.slave.release();
    this->kernel.faults.amid_read = [this, slave, ended = false](sim::PtyMaster& master) mutable {
      if (std::exchange(ended, true)) return;
      master.pty->print(last);
      this->kernel.close(slave);
    };
    return terminal;
  }

  static constexpr std::string_view last = "the last bytes";
};
TYPED_TEST_SUITE(Museum01Overtaken, Backends, BackendNames);

TYPED_TEST(Museum01Overtaken, ABlockedReadGivesTheLastBytesThenTheEnd) {
  auto terminal = this->add_terminal_that_ends_amid_read(Hangup::end);
  this->run({{"the reader", [&] { EXPECT_EQ(read_to_end_of(terminal.console), this->last); }}});
}

TYPED_TEST(Museum01Overtaken, AHandlerIsGivenTheLastBytesThenTheEnd) {
  auto terminal = this->add_terminal_that_ends_amid_read(Hangup::end);
  const ReadByHandlers reading(terminal.console);
  this->with_server([&] { this->pass(10s); });
  EXPECT_EQ(reading.text(), this->last);
  EXPECT_TRUE(reading.ended());
  EXPECT_FALSE(reading.error());
}

TYPED_TEST(Museum01Overtaken, WhereTheHangupIsForAWhileTheBytesComeAtOnce) {
  auto terminal = this->add_terminal_that_ends_amid_read(Hangup::wait);
  this->run({{"the reader", [&] { EXPECT_EQ(read_text(terminal.console), this->last); }}});
}

}  // namespace
}  // namespace conq::test
