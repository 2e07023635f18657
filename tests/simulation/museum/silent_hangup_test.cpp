// SPDX-License-Identifier: Apache-2.0
// A hangup that makes no event: NetBSD of 2015, OpenBSD before 2021, for writers OpenBSD still. It
// is learnt from a process's exit, or found by a read or a write, once a second; where the kernel
// tells there is no timer.
//
// Caught: a hangup that is never found; a timer on kernels that need none, for consoles with a
// process, or while nobody waits; one that is not slow.
#include "tests/simulation/museum/virtual_time.hpp"
#include "tests/support/shell.hpp"

namespace conq::test {
namespace {

using namespace std::chrono_literals;

template <class On>
class SilentHangup : public VirtualTime<On> {
 protected:
  bool silent() const {
    return !this->dialect.hangup_wakes_read || !this->dialect.hangup_wakes_write;
  }
  /// Nothing on kernels that tell; on the others a wait and one call for each operation a second.
  void expect_slow_asking(std::uint64_t calls, std::uint64_t seconds, std::uint64_t operations) {
    if (!silent()) {
      EXPECT_EQ(calls, 0U);
      return;
    }
    EXPECT_GE(calls, operations * (seconds - 1));
    EXPECT_LE(calls, (operations + 1) * (seconds + 1));
  }
  /// For a thread of run(), beside one whose read of the terminal sets `ended`.
  void expect_end_within_a_second(typename VirtualTime<On>::Terminal& terminal, const bool& ended) {
    this->pass(1h);
    EXPECT_FALSE(ended);
    terminal.hang_up();
    this->pass(1100ms);
    EXPECT_TRUE(ended);
  }
};
TYPED_TEST_SUITE(SilentHangup, Backends, BackendNames);

TYPED_TEST(SilentHangup, IsFoundWithinASecondByAReader) {
  auto terminal = this->add_terminal(Hangup::end);
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  this->with_server([&] {
    this->pass(1h);
    terminal.hang_up();
    this->pass(1100ms);
    EXPECT_EQ(read.calls(), 1);
    EXPECT_FALSE(read.error());
    EXPECT_EQ(read.count(), 0U);
  });
}

TYPED_TEST(SilentHangup, IsFoundWithinASecondByAWriter) {
  auto terminal = this->add_terminal(Hangup::end);
  const std::string sent(100'000, '.');
  Outcome written;
  terminal.console.async_write(bytes(sent), written.handler());
  this->with_server([&] {
    this->pass(1h);
    terminal.hang_up();
    this->pass(2100ms);
    EXPECT_EQ(written.calls(), 1);
    EXPECT_EQ(written.error(), errc::hung_up);
  });
}

TYPED_TEST(SilentHangup, IsFoundByABlockedReaderWithoutAWait) {
  auto terminal = this->add_terminal(Hangup::end);
  bool ended = false;
  this->run({{"the reader",
              [&] {
                EXPECT_EQ(read_text(terminal.console), "");
                ended = true;
              }},
             {"the test", [&] { this->expect_end_within_a_second(terminal, ended); }}});
}

TYPED_TEST(SilentHangup, IsFoundByABlockedReaderWhileAWaitSleeps) {
  auto terminal = this->add_terminal(Hangup::end);
  bool ended = false;
  this->run({{"the server", [&] { this->poller.wait(); }},
             {"the reader",
              [&] {
                this->pass(1min);
                EXPECT_EQ(read_text(terminal.console), "");
                ended = true;
              }},
             {"the test", [&] {
                this->expect_end_within_a_second(terminal, ended);
                this->poller.close();
              }}});
}

TYPED_TEST(SilentHangup, IsTakenByAWriterFromWhatReadersAreTold) {
  if (!this->dialect.hangup_wakes_read) GTEST_SKIP() << "nobody is told";
  auto terminal = this->add_terminal(Hangup::end);
  const std::string sent(100'000, '.');
  Outcome written;
  terminal.console.async_write(bytes(sent), written.handler());
  this->with_server([&] {
    // Between two questions.
    this->pass(1h + 500ms);
    terminal.hang_up();
    this->pass(10ms);
    EXPECT_EQ(written.calls(), 1);
    EXPECT_EQ(written.error(), errc::hung_up);
  });
}

TYPED_TEST(SilentHangup, ItsEndIsToldToAWriterByTheReaderThatFindsIt) {
  auto terminal = this->add_terminal();
  const std::string sent(100'000, '.');
  Outcome written;
  terminal.console.async_write(bytes(sent), written.handler());
  Outcome first;
  terminal.console.async_read(first.lent_handler());
  this->with_server([&] {
    this->pass(1min);
    terminal.hang_up();
    this->pass(1min + 500ms);
    terminal.reopen();
    say(terminal.slave, "x");
    EXPECT_TRUE(first.wait());
    Outcome second;
    terminal.console.async_read(second.lent_handler());
    // Sooner than the next question would come.
    this->pass(10ms);
    EXPECT_TRUE(wait_readable(terminal.slave.get(), std::chrono::milliseconds(0)));
  });
}

TYPED_TEST(SilentHangup, AnIdleReaderIsAskedForOnceASecondOrNotAtAll) {
  auto terminal = this->add_terminal();
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  this->with_server([&] {
    this->pass(1min);
    this->expect_slow_asking(this->calls_in(1h), 3600, 1);
    terminal.console.cancel();
    EXPECT_TRUE(read.wait());
  });
}

TYPED_TEST(SilentHangup, ManyIdleConsolesShareOneTimer) {
  constexpr std::uint64_t count = 50;
  std::vector<typename TestFixture::Terminal> terminals;
  std::vector<Outcome> reads(count);
  for (Outcome& read : reads) {
    terminals.push_back(this->add_terminal());
    terminals.back().console.async_read(read.lent_handler());
  }
  this->with_server([&] {
    this->pass(1min);
    const std::uint64_t calls = this->calls_in(100s);
    this->expect_slow_asking(calls, 100, count);
    // Each has its read, and all together one wait.
    if (this->silent()) {
      EXPECT_LE(calls, 101 * (count + 1));
    }
    for (auto& terminal : terminals) terminal.console.cancel();
  });
}

TYPED_TEST(SilentHangup, NobodyIsAskedWhileNobodyWaitsForIt) {
  const auto terminal = this->add_terminal();
  this->with_server([&] {
    this->pass(1min);
    EXPECT_EQ(this->calls_in(1h), 0U);
  });
}

TYPED_TEST(SilentHangup, AProcessTellsByItsExitSoItsConsoleIsNotAsked) {
  auto process = TestFixture::Process::spawn(this->poller, shell("read line; echo over"));
  Outcome read;
  std::string said;
  bool ended = false;
  bool exited = false;
  std::function<void()> next = [&] {
    process.console().async_read([&](std::error_code ec, std::span<const std::byte> bytes) {
      EXPECT_FALSE(ec);
      said += text(bytes);
      ended = bytes.empty();
      if (!ended) next();
    });
  };
  next();
  process.async_wait([&](std::error_code, ExitStatus) { exited = true; });
  this->with_server([&] {
    this->pass(1min);
    EXPECT_EQ(this->calls_in(1h), 0U);
    process.console().write(bytes("go\n"));
    // Sooner than the next question would come.
    this->pass(10ms);
    EXPECT_TRUE(ended);
    EXPECT_TRUE(exited);
    EXPECT_EQ(said, "go\r\nover\r\n");
  });
}

TYPED_TEST(SilentHangup, AnExitWithoutAWordIsKnownAtOnce) {
  this->kernel.programs["waiter"] = {{sim::Step::Kind::await}, {sim::Step::Kind::exit}};
  auto process = TestFixture::Process::spawn(this->poller, program({"waiter"}));
  Outcome read;
  process.console().async_read(read.lent_handler());
  this->with_server([&] {
    this->pass(1h);
    EXPECT_EQ(read.calls(), 0);
    {
      const sim::SystemCall entered;
      entered.kernel.find_process(process.pid())->go_on();
    }
    this->pass(10ms);
    EXPECT_EQ(read.calls(), 1);
    EXPECT_EQ(read.count(), 0U);
  });
}

TYPED_TEST(SilentHangup, AWriterFindsAReopenWithinASecondAndIsNotAskedAfterIt) {
  auto terminal = this->add_terminal();
  const std::string sent(100'000, '.');
  Outcome written;
  terminal.console.async_write(bytes(sent), written.handler());
  terminal.hang_up();
  this->with_server([&] {
    this->pass(1h);
    terminal.reopen();
    this->pass(1100ms);
    // It has filled the queue again, and goes on as that is read.
    EXPECT_FALSE(hear(terminal.slave, 100).empty());
    this->pass(2s);
    EXPECT_EQ(written.calls(), 0);
    EXPECT_EQ(this->calls_in(1h), 0U);
    terminal.console.cancel();
    EXPECT_TRUE(written.wait());
  });
}

}  // namespace
}  // namespace conq::test
