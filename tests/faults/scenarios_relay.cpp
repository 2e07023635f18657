// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>
#include <unistd.h>

#include "tests/faults/far_end.hpp"
#include "tests/faults/scenarios.hpp"
#include "tests/support/terminal.hpp"

namespace conq::test {
namespace {

struct Result {
  int calls = 0;
  RelayResult result;
};

/// A terminal that reads lines, so that it has an end-of-file key, without an echo.
EpollConsole add_by_lines(Stage& stage, FarEnd& far) {
  Pty pty = stage.call({"open a pty"}, [](auto&... ec) { return open_pty({24, 80}, ec...); });
  stage.call({"disable echo of /dev/pts/"}, [&](auto&... ec) { pty.master.disable_echo(ec...); });
  far.hold(std::move(pty.slave), pty.slave_name);
  return stage.call({"add /dev/pts/"}, [&](auto&... ec) {
    return stage.poller().add(std::move(pty.master), {Hangup::end}, ec...);
  });
}

/// Told when a relay has ended; it may outlive the scenario.
std::shared_ptr<Result> make_result() {
  const OwnAllocations own;
  return std::make_shared<Result>();
}

auto into(std::shared_ptr<Result> told) {
  return [told = std::move(told)](const RelayResult& result) {
    ++told->calls;
    told->result = result;
  };
}

EpollRelay relay(Stage& stage, EpollStream& socket, EpollConsole& console,
                 const RelayOptions& options, const std::shared_ptr<Result>& told) {
  return stage.call({"relay descriptor "}, [&](auto&... ec) {
    return EpollRelay::start(socket, console, options, into(told), ec...);
  });
}

void has_ended(Stage& stage, const Result& told) {
  stage.serve_until([&] { return told.calls > 0; });
  stage.told(told.result.forward_error);
  stage.told(told.result.backward_error);
  EXPECT_EQ(told.calls, 1);
}

/// Both ways, until what is typed ends.
void both_ways(Stage& stage) {
  FarEnd far;
  EpollConsole console = add_by_lines(stage, far);
  auto [ours, other] = socket_pair();
  const Fd theirs = std::move(other);
  EpollStream socket = add_stream(stage, std::move(ours));
  const auto told = make_result();
  RelayOptions options;
  options.forward_finish = Finish::type_eof;
  options.end_with_forward = true;
  const EpollRelay both = relay(stage, socket, console, options, told);
  say(theirs, "typed\n");
  far.says("shown");
  const auto arrived = [](const Fd& fd) {
    return wait_readable(fd.get(), std::chrono::milliseconds::zero());
  };
  stage.serve_until([&] { return told->calls > 0 || (arrived(far.slave()) && arrived(theirs)); },
                    std::chrono::milliseconds(1));
  ::shutdown(theirs.get(), SHUT_WR);
  has_ended(stage, *told);
  far.hears("typed\n");
  EXPECT_EQ(told->result.forward_bytes, 6U);
  EXPECT_EQ(told->result.backward_bytes, 5U);
  socket = {};
  const OwnAllocations own;
  EXPECT_EQ(read_to_end(theirs.get()), "shown");
}

/// One way, until the terminal hangs up.
void one_way(Stage& stage) {
  FarEnd far;
  EpollConsole console = add_by_lines(stage, far);
  auto [ours, theirs] = socket_pair();
  EpollStream socket = add_stream(stage, std::move(ours));
  const auto told = make_result();
  RelayOptions options;
  options.forward = false;
  options.backward_finish = Finish::close_write;
  const EpollRelay backward = relay(stage, socket, console, options, told);
  far.says("shown");
  far.hang_up();
  has_ended(stage, *told);
  EXPECT_EQ(told->result.backward_bytes, 5U);
  // It was closed for writing; where that could not be it is now.
  if (faults_made() > 0) socket = {};
  const OwnAllocations own;
  EXPECT_EQ(read_to_end(theirs.get()), "shown");
}

}  // namespace

void relays(Stage& stage) {
  stage.make_poller();
  both_ways(stage);
  one_way(stage);
}

}  // namespace conq::test
