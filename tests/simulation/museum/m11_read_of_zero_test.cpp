// SPDX-License-Identifier: Apache-2.0
// A read that gives 0 at a hangup taken for the end, so that no hangup is "for a while" there (the
// Go package that conq began from, on macOS).
//
// Caught: a kernel whose way to say it is taken for another's: 0 for the end, EIO for an error.
#include "tests/simulation/museum/virtual_time.hpp"

namespace conq::test {
namespace {

using namespace std::chrono_literals;

template <class On>
class Museum11 : public VirtualTime<On> {
 protected:
  Museum11() {
    this->kernel.observer.read = [this](sim::File&, const char*, const sim::Result& result) {
      last = result;
    };
  }
  /// What this kernel says to a reader of a hung-up console.
  void expect_hung_up(const sim::Result& answer) {
    EXPECT_EQ(answer.error, this->dialect.hung_up_read_is_eio ? EIO : 0);
    EXPECT_EQ(answer.count, this->dialect.hung_up_read_is_eio ? -1 : 0);
  }

  sim::Result last;
};
TYPED_TEST_SUITE(Museum11, Backends, BackendNames);

TYPED_TEST(Museum11, AHangupForAWhileEndsNoReadWhateverTheKernelAnswers) {
  auto terminal = this->add_terminal(Hangup::wait);
  std::string got;
  this->run({{"the reader", [&] { got = read_exactly(terminal.console, 12); }},
             {"the test", [&] {
                for (int round = 0; round < 3; ++round) {
                  terminal.hang_up();
                  this->pass(2s);
                  this->expect_hung_up(this->last);
                  terminal.reopen();
                  say(terminal.slave, "back");
                  this->pass(1ms);
                }
              }}});
  EXPECT_EQ(got, "backbackback");
}

TYPED_TEST(Museum11, ByHandlersToo) {
  auto terminal = this->add_terminal(Hangup::wait);
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  this->with_server([&] {
    terminal.hang_up();
    this->pass(2s);
    this->expect_hung_up(this->last);
    EXPECT_EQ(read.calls(), 0);
    terminal.reopen();
    say(terminal.slave, "back");
    EXPECT_TRUE(read.wait());
    EXPECT_EQ(read.text(), "back");
  });
}

TYPED_TEST(Museum11, AHangupThatIsTheEndIsOneWithoutAnError) {
  auto terminal = this->add_terminal(Hangup::end);
  this->with_server([&] {
    terminal.hang_up();
    std::error_code ec;
    std::array<std::byte, 10> room{};
    EXPECT_EQ(terminal.console.read(room, ec), 0U);
    EXPECT_FALSE(ec) << ec.message();
    this->expect_hung_up(this->last);
  });
}

}  // namespace
}  // namespace conq::test
