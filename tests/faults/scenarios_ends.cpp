// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/far_end.hpp"
#include "tests/faults/scenarios.hpp"
#include "tests/support/terminal.hpp"

namespace conq::test {
namespace {

std::shared_ptr<Answer> start_read(Stage& stage, EpollConsole& console) {
  const auto answer = stage.expect_answer();
  stage.call({"start a read of /dev/pts/"},
             [&](auto&... ec) { console.async_read(answer->room, into(answer), ec...); });
  answer->started = true;
  return answer;
}

void comes_back(Stage& stage) {
  FarEnd far;
  EpollConsole console = add_raw(stage, far);
  far.says("before");
  far.hang_up();
  reads(stage, console, "before");
  std::array<std::byte, 16> room{};
  stage.refused(errc::timed_out, {"read /dev/pts/"}, [&](auto&... ec) {
    return console.read_for(room, std::chrono::milliseconds(1), ec...);
  });
  far.reopen();
  far.says("after");
  reads(stage, console, "after");
  writes(stage, console, "answer");
  far.hears("answer");
}

void is_gone(Stage& stage) {
  FarEnd far;
  EpollConsole console = add_raw(stage, far, Hangup::end);
  far.says("last");
  far.hang_up();
  reads(stage, console, "last");
  std::array<std::byte, 16> room{};
  EXPECT_EQ(stage.call({"read /dev/pts/"}, [&](auto&... ec) { return console.read(room, ec...); }),
            0U);
  stage.refused(errc::hung_up, {"write /dev/pts/"},
                [&](auto&... ec) { return console.write(bytes("x"), ec...); });
}

}  // namespace

void hangups(Stage& stage) {
  stage.make_poller();
  comes_back(stage);
  is_gone(stage);
}

void ends(Stage& stage) {
  stage.make_poller();
  FarEnd far;
  EpollConsole first = add_raw(stage, far);
  FarEnd other_far;
  EpollConsole second = add_raw(stage, other_far);

  const auto cancelled = start_read(stage, first);
  first.cancel();
  stage.serve_until([&] { return cancelled->calls > 0; });
  EXPECT_EQ(cancelled->error, std::errc::operation_canceled);

  const auto shut_down = start_read(stage, first);
  far.says("rest");
  first.shutdown([&](int fd) {
    EXPECT_EQ(fd, first.fd());
    std::error_code ec;
    stage.poller().close_console(fd, ec);
  });
  stage.serve_until([&] { return shut_down->calls > 0; });
  stage.told(shut_down->error);
  EXPECT_EQ(shut_down->count, 4U);
  stage.refused(errc::shut_down, {"write /dev/pts/"},
                [&](auto&... ec) { return first.write(bytes("x"), ec...); });

  const auto left = start_read(stage, second);
  stage.call({"close the console of descriptor "},
             [&](auto&... ec) { stage.poller().close_console(second.fd(), ec...); });
  stage.serve_until([&] { return left->calls > 0; });
  stage.told(left->error);
  EXPECT_EQ(left->count, 0U);
  stage.refused(errc::not_registered, {"close the console of descriptor "},
                [&](auto&... ec) { stage.poller().close_console(second.fd(), ec...); });
}

}  // namespace conq::test
