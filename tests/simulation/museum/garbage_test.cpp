// SPDX-License-Identifier: Apache-2.0
// A queue that returns garbage: it is ignored, or reported on that console alone. Never a crash,
// another console's end, or a wait for ever.
#include <cerrno>
#include <limits>

#include "tests/museum/museum_test.hpp"
#include "tests/simulation/museum/odd_queue.hpp"
#include "tests/simulation/museum/virtual_time.hpp"
#include "tests/support/shell.hpp"

namespace conq::test {
namespace {

using namespace std::chrono_literals;
using sim::Step;
using Odd = OddQueue::Odd;

template <class On>
class Garbage : public VirtualTime<On> {
 protected:
  /// A round: something happens to both consoles, and `odd` comes along with it.
  void round(int number, const std::vector<Odd>& odd) {
    const std::string said = std::to_string(number) + ";";
    queue.added = odd;
    say(victim.slave, said);
    this->pass(1ms);
    queue.added = odd;
    say(bystander.slave, said);
    this->pass(1ms);
    sent_ += said;
  }

  /// Rounds with what `odd` makes of the round's number, while all is read by handlers; then the
  /// victim hangs up, and nobody else.
  void expect_harmless(int rounds, const std::function<std::vector<Odd>(int)>& odd) {
    const ReadByHandlers reading(victim.console);
    const ReadByHandlers other(bystander.console);
    this->with_server([&] {
      learn_token();
      const std::uint64_t before = this->kernel.counts.calls;
      for (int number = 0; number < rounds; ++number) {
        round(number, odd(number));
        ASSERT_EQ(reading.text(), sent_) << "in round " << number;
        ASSERT_EQ(other.text(), sent_) << "in round " << number;
      }
      EXPECT_LE(this->kernel.counts.calls - before, 60U * static_cast<unsigned>(rounds) + 60);
      victim.hang_up();
      this->pass(2s);
      EXPECT_TRUE(reading.ended());
      EXPECT_FALSE(reading.error()) << reading.error().message();
      EXPECT_FALSE(other.ended()) << other.error().message();
      round_of_bystander();
    });
    EXPECT_EQ(other.text(), sent_);
  }

  void learn_token() {
    this->pass(1ms);
    say(bystander.slave, "b");
    this->pass(1ms);
    say(victim.slave, "b");
    this->pass(1ms);
    token = queue.latest_token();
    sent_ += "b";
    ASSERT_NE(token, 0U);
  }

  void round_of_bystander() {
    say(bystander.slave, ".");
    sent_ += ".";
    this->pass(1ms);
  }

  OddQueue queue{this->kernel};
  typename VirtualTime<On>::Terminal victim = this->add_terminal(Hangup::end);
  typename VirtualTime<On>::Terminal bystander = this->add_terminal(Hangup::end);
  std::uint64_t token = 0;  ///< the victim's

 private:
  std::string sent_;
};
TYPED_TEST_SUITE(Garbage, Backends, BackendNames);

/// An index and a generation that the engine may have given, or not.
constexpr std::uint64_t generation = std::uint64_t{1} << 32U;

TYPED_TEST(Garbage, OfAnUnknownDescriptorIsIgnored) {
  this->expect_harmless(20, [](int number) {
    const auto ident = static_cast<std::uint64_t>(number) * 997;
    const std::uint64_t unknown = generation + 5000 + ident;
    return std::vector<Odd>{{unknown, false, true, false, 1, ident},
                            {unknown, true, true, false, 1, std::uint64_t{1} << 40U}};
  });
}

TYPED_TEST(Garbage, WithAnyUdataIsIgnored) {
  this->expect_harmless(64, [](int number) {
    const std::uint64_t bit = std::uint64_t{1} << static_cast<unsigned>(number);
    return std::vector<Odd>{{bit | (generation << 8U), false, true}, {~bit, true, true, true, 5}};
  });
}

TYPED_TEST(Garbage, OfThePlaceOfAnotherGenerationIsIgnored) {
  this->expect_harmless(20, [this](int number) {
    const std::uint64_t apart = static_cast<std::uint64_t>(number + 1) * generation;
    return std::vector<Odd>{{this->token + apart, false, true},
                            {this->token + apart, true, true},
                            {this->token - apart, false, true},
                            {this->token - apart, true, true}};
  });
}

TYPED_TEST(Garbage, OfARemovedRegistrationReachesNobody) {
  const std::string much(100'000, '.');
  auto old = this->add_terminal(Hangup::end);
  Outcome read;
  old.console.async_read(read.lent_handler());
  this->with_server([&] {
    say(old.slave, "x");
    EXPECT_TRUE(read.wait());
    const std::uint64_t gone = this->queue.latest_token();
    const int number = old.console.fd();
    old.console.close();
    auto next = this->add_terminal(Hangup::end);
    EXPECT_EQ(next.console.fd(), number) << "it has the descriptor and the place of the old one";
    Outcome written;
    next.console.async_write(bytes(much), written.handler());
    const auto ident = static_cast<std::uint64_t>(number);
    this->queue.added = {{gone, false, true, false, 0, ident}, {gone, true, true, true, 5, ident}};
    say(this->bystander.slave, "x");
    this->pass(1ms);
    EXPECT_EQ(written.calls(), 0);
    EXPECT_EQ(hear(next.slave, much.size()).size(), much.size());
    EXPECT_TRUE(written.wait());
    EXPECT_FALSE(written.error()) << written.error().message();
  });
}

TYPED_TEST(Garbage, OfEveryErrnoEndsNothing) {
  this->expect_harmless(140, [this](int number) {
    return std::vector<Odd>{{this->token, false, false, true, number},
                            {this->token, true, false, true, number}};
  });
}

TYPED_TEST(Garbage, OfAHangupThatIsNoneEndsNoRead) {
  this->expect_harmless(20, [this](int) {
    return std::vector<Odd>{{this->token, false, true}, {this->token, true, true}};
  });
}

TYPED_TEST(Garbage, OfNegativeOrHugeDataIsReadAsItComes) {
  using Limits = std::numeric_limits<std::int64_t>;
  const std::array sizes{std::int64_t{-1}, std::int64_t{0}, Limits::min(), Limits::max()};
  this->expect_harmless(20, [&](int number) {
    this->queue.data = sizes[static_cast<unsigned>(number) % sizes.size()];
    return std::vector<Odd>{};
  });
}

TYPED_TEST(Garbage, TheSameEventTwiceIsReadOnce) {
  this->queue.doubled = true;
  this->expect_harmless(20, [](int) { return std::vector<Odd>{}; });
}

TYPED_TEST(Garbage, EventsOutOfOrderAreReadInOrder) {
  this->queue.reversed = true;
  this->expect_harmless(20, [this](int) {
    return std::vector<Odd>{{this->token, true}, {this->token, false}};
  });
}

TYPED_TEST(Garbage, NothingOfItIsTheExitOfAProcess) {
  this->kernel.programs["waiter"] = {{Step::Kind::await}, {Step::Kind::exit, 0, "", 3}};
  auto process = TestFixture::Process::spawn(this->poller, program({"waiter"}));
  ExitStatus status;
  bool exited = false;
  process.async_wait([&](std::error_code, ExitStatus told) {
    exited = true;
    status = told;
  });
  this->with_server([&] {
    for (std::uint64_t place = 0; place < 10; ++place) {
      const std::uint64_t any = generation + place;
      this->queue.added = {{any, false, true}, {any, true, true, true, ESRCH}};
      say(this->bystander.slave, "x");
      this->pass(1ms);
    }
    EXPECT_FALSE(exited);
    {
      const sim::SystemCall entered;
      entered.kernel.find_process(process.pid())->go_on();
    }
    this->pass(1ms);
    EXPECT_TRUE(exited);
    EXPECT_EQ(status, (ExitStatus{3, 0}));
  });
}

}  // namespace
}  // namespace conq::test
