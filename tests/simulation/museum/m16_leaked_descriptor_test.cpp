// SPDX-License-Identifier: Apache-2.0
// Row 16 on kernels that differ in what a child inherits: the host forks and executes a program in
// its own way, between any two system calls of ours.
#include <atomic>

#include "tests/simulation/museum/virtual_time.hpp"
#include "tests/support/descriptors.hpp"
#include "tests/support/shell.hpp"

namespace conq::test {
namespace {

using sim::Step;
using namespace std::chrono_literals;

template <class On>
class Museum16 : public VirtualTime<On> {
 protected:
  /// A program that goes on until it is told to end.
  sim::Process& fork_and_exec() {
    sim::SystemCall entered;
    return entered.kernel.fork_child({{Step::Kind::await}, {Step::Kind::exit}}, true);
  }
  void end(sim::Process& child) {
    const sim::SystemCall entered;
    child.go_on();
  }
};
TYPED_TEST_SUITE(Museum16, Backends, BackendNames);

TYPED_TEST(Museum16, AProgramOfTheHostsInheritsNothingOfOursAndThePtyHangsUp) {
  auto terminal = this->add_terminal(Hangup::end);
  auto process = TestFixture::Process::spawn(this->poller, shell("read line"));
  std::error_code not_nestable;
  this->poller.native_handle(not_nestable);
  sim::Process& child = this->fork_and_exec();
  EXPECT_EQ(child.open_files(), 0U);
  terminal.hang_up();
  this->run({{"the test", [&] {
                EXPECT_EQ(read_to_end_of(terminal.console), "");
                process.console().write(bytes("\n"));
                read_to_end_of(process.console());
                process.wait();
              }}});
  this->end(child);
}

TYPED_TEST(Museum16, EachIsMarkedForAnExecWithoutAFork) {
  const auto terminal = this->add_terminal();
  const auto process = TestFixture::Process::spawn(this->poller, shell("read line"));
  std::error_code not_nestable;
  this->poller.native_handle(not_nestable);
  for (std::size_t i = 0; i < this->kernel.open_descriptors(); ++i) {
    EXPECT_TRUE(is_close_on_exec(sim::first_descriptor + static_cast<int>(i))) << i;
  }
}

TYPED_TEST(Museum16, AMissingMarkKeepsAPtyFromHangingUpUntilTheProgramEnds) {
  auto terminal = this->add_terminal(Hangup::end);
  ASSERT_EQ(::fcntl(terminal.slave.get(), F_SETFD, 0), 0);
  sim::Process& child = this->fork_and_exec();
  EXPECT_EQ(child.open_files(), 1U);
  terminal.hang_up();
  this->run({{"the test", [&] {
                std::array<std::byte, 10> room{};
                std::error_code ec;
                terminal.console.read_for(room, 1h, ec);
                EXPECT_EQ(ec, errc::timed_out);
                this->end(child);
                EXPECT_EQ(read_to_end_of(terminal.console), "");
              }}});
}

TYPED_TEST(Museum16, ItInheritsNothingWheneverItIsForked) {
  std::atomic<bool> enough = false;
  this->run({{"the host",
              [&] {
                while (!enough) {
                  sim::SystemCall entered;
                  const sim::Process& child = entered.kernel.fork_child({{Step::Kind::exit}}, true);
                  EXPECT_EQ(child.open_files(), 0U);
                  entered.kernel.settle();
                  int status = 0;
                  entered.kernel.reap(child.pid, status);
                }
              }},
             {"the test", [&] {
                for (int round = 0; round < 10; ++round) {
                  typename TestFixture::Poller other;
                  std::error_code not_nestable;
                  other.native_handle(not_nestable);
                  auto process = TestFixture::Process::spawn(other, shell("echo x"));
                  EXPECT_EQ(read_to_end_of(process.console()), "x\r\n");
                  process.wait();
                  auto terminal = test::add_terminal(other, AddOptions{Hangup::end});
                  terminal.hang_up();
                  EXPECT_EQ(read_to_end_of(terminal.console), "");
                }
                enough = true;
              }}});
}

}  // namespace
}  // namespace conq::test
