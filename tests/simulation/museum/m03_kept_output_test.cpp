// SPDX-License-Identifier: Apache-2.0
// Row 3 on kernels that do throw output away: where nobody keeps a slave open it is lost, and with
// a Process it is not.
#include "tests/museum/museum_test.hpp"
#include "tests/simulation/museum/virtual_time.hpp"
#include "tests/support/shell.hpp"

namespace conq::test {
namespace {

using sim::Step;

template <class On>
class Museum03Kept : public VirtualTime<On> {
 protected:
  Museum03Kept() {
    this->kernel.programs["writer"] = {{Step::Kind::write, 1, sent}, {Step::Kind::exit}};
    this->kernel.programs["quick writer"] = {
        {Step::Kind::set_non_blocking, 1}, {Step::Kind::write, 1, sent}, {Step::Kind::exit}};
  }

  /// An exit takes the terminal at once, with what is unread, from all who have it open.
  bool exit_discards() const {
    return this->dialect.leader_exit_revokes && !this->dialect.leader_exit_waits;
  }

  /// Starts a program as a session's leader, without a Process; what of its output is left to a
  /// reader who comes late.
  std::string left_of(const std::string& name, bool slave_is_kept, bool late) {
    Pty pty = raw_pty();
    sim::SystemCall entered;
    const std::array<int, 2> descriptors{pty.slave.get(), pty.slave.get()};
    sim::Process& leader = entered.kernel.spawn(entered.kernel.programs.at(name), descriptors);
    leader.leads_session = true;
    if (!slave_is_kept) entered.kernel.close(pty.slave.release());
    entered.kernel.settle();
    sim::Pty& terminal = *entered.kernel.terminal(pty.master.fd());
    if (late) terminal.lose_patience();
    return {terminal.output.begin(), terminal.output.end()};
  }

  /// Longer than a kernel has patience.
  void come_late(int master) {
    const sim::SystemCall entered;
    entered.kernel.terminal(master)->lose_patience();
  }

  void expect_all_of(const std::string& name) {
    auto process = TestFixture::Process::spawn(this->poller, program({name}));
    if (!exit_discards()) come_late(process.console().fd());
    std::string got;
    ExitStatus status{-1, -1};
    this->run({{"the test", [&] {
                  got = read_to_end_of(process.console());
                  status = process.wait();
                }}});
    expect_same(got, sent);
    EXPECT_EQ(status, ExitStatus{});
  }

  using TestFixture = Museum03Kept;
  const std::string sent = numbered(fits_everywhere);
};
TYPED_TEST_SUITE(Museum03Kept, Backends, BackendNames);

TYPED_TEST(Museum03Kept, TheKernelThrowsOutputAwayThatIsReadLateWhereNobodyKeepsASlaveOpen) {
  const bool lost = this->dialect.last_close_waits;
  EXPECT_EQ(this->left_of("writer", false, true), lost ? "" : this->sent);
}

TYPED_TEST(Museum03Kept, ThatOfAProgramThatDoesNotBlockAtOnce) {
  const bool lost = this->dialect.last_close_waits && !this->dialect.quick_close_waits;
  EXPECT_EQ(this->left_of("quick writer", false, false), lost ? "" : this->sent);
}

TYPED_TEST(Museum03Kept, ASlaveThatIsKeptSavesItUnlessAnExitRevokesAtOnce) {
  const std::string left = this->exit_discards() ? "" : this->sent;
  for (const bool late : {false, true}) {
    EXPECT_EQ(this->left_of("writer", true, late), left);
    EXPECT_EQ(this->left_of("quick writer", true, late), left);
  }
}

TYPED_TEST(Museum03Kept, WithAProcessAllOfItIsReadThenTheEndAndTheExitCome) {
  this->expect_all_of("writer");
}

TYPED_TEST(Museum03Kept, AlsoOfAProgramThatDoesNotBlock) { this->expect_all_of("quick writer"); }

TYPED_TEST(Museum03Kept, ByHandlersTheEndAndTheExitComeToo) {
  auto process = TestFixture::Process::spawn(this->poller, program({"writer"}));
  this->with_server([&] {
    this->pass(std::chrono::minutes(1));
    const ReadByHandlers reading(process.console());
    bool exited = false;
    std::size_t read_at_exit = 0;
    process.async_wait([&](std::error_code, ExitStatus) {
      exited = true;
      read_at_exit = reading.text().size();
    });
    this->pass(std::chrono::milliseconds(1));
    EXPECT_TRUE(reading.ended());
    EXPECT_TRUE(exited);
    EXPECT_EQ(read_at_exit, this->sent.size());
    expect_same(reading.text(), this->sent);
  });
}

}  // namespace
}  // namespace conq::test
