// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/far_end.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "tests/support/terminal.hpp"

namespace conq::test {

FarEnd::~FarEnd() {
  if (thread_) thread_->join();
}

void FarEnd::hold(Fd slave, const std::string& name) {
  const OwnAllocations own;
  slave_ = std::move(slave);
  name_ = name;
}

void FarEnd::reopen() { slave_ = open_slave(name_); }

void FarEnd::says(std::string_view text) const {
  const OwnAllocations own;
  say(slave_, text);
}

void FarEnd::hears(std::string_view text) const {
  const OwnAllocations own;
  EXPECT_EQ(hear(slave_, text.size()), text);
}

void FarEnd::begin_to_hear(std::string_view text) {
  const OwnAllocations own;
  wanted_ = text;
  thread_.emplace([this] {
    const OwnAllocations in_thread;
    heard_ = hear(slave_, wanted_.size());
  });
}

void FarEnd::has_heard() {
  const OwnAllocations own;
  thread_->join();
  thread_.reset();
  expect_same(heard_, wanted_);
}

std::string_view long_text() {
  const OwnAllocations own;
  static const std::string text = numbered(100'000);
  return text;
}

Console open_raw(Stage& stage, FarEnd& far) {
  Pty pty = stage.call({"open a pty"}, [](auto&... ec) { return open_pty({24, 80}, ec...); });
  stage.call({"set raw mode of /dev/pts/"}, [&](auto&... ec) { pty.master.set_raw(ec...); });
  far.hold(std::move(pty.slave), pty.slave_name);
  return std::move(pty.master);
}

EpollConsole add_raw(Stage& stage, FarEnd& far, Hangup hangup) {
  Console console = open_raw(stage, far);
  return stage.call({"add /dev/pts/"}, [&](auto&... ec) {
    return stage.poller().add(std::move(console), {hangup}, ec...);
  });
}

std::pair<Fd, Fd> socket_pair() {
  std::array<int, 2> ends{-1, -1};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  return {Fd(ends[0]), Fd(ends[1])};
}

EpollStream add_stream(Stage& stage, Fd fd) {
  return stage.call({"add descriptor "},
                    [&](auto&... ec) { return stage.poller().add(std::move(fd), ec...); });
}

}  // namespace conq::test
