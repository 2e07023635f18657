// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "conq/task.hpp"
#include "tests/faults/far_end.hpp"
#include "tests/faults/scenarios.hpp"
#include "tests/support/terminal.hpp"

namespace conq::test {
namespace {

std::string_view text_of(const Answer& answer) {
  return {reinterpret_cast<const char*>(answer.room.data()), answer.count};
}

/// Reads by a handler until all of `text` has come.
void reads_by_handler(Stage& stage, EpollConsole& console, bool lent, std::string_view text) {
  while (!text.empty()) {
    const auto answer = stage.expect_answer();
    stage.call({"start a read of /dev/pts/"}, [&](auto&... ec) {
      if (lent) {
        console.async_read(into_lent(answer), ec...);
      } else {
        console.async_read(answer->room, into(answer), ec...);
      }
    });
    answer->started = true;
    stage.serve_until([&] { return answer->calls > 0; });
    stage.told(answer->error);
    const std::string_view got = text_of(*answer);
    ASSERT_TRUE(!got.empty() && text.starts_with(got)) << "bytes lost";
    text.remove_prefix(got.size());
  }
}

void writes_by_handler(Stage& stage, EpollConsole& console, std::string_view text) {
  const auto answer = stage.expect_answer();
  stage.call({"start a write to /dev/pts/"},
             [&](auto&... ec) { console.async_write(bytes(text), into(answer), ec...); });
  answer->started = true;
  stage.serve_until([&] { return answer->calls > 0; });
  stage.told(answer->error);
  EXPECT_EQ(answer->count, text.size());
}

/// A console that is read on in the handler itself, as a stream is, until all of `rest` has come.
struct BusyConsole {
  EpollConsole console;
  std::string_view rest;
};

void read_on(Stage& stage, const std::shared_ptr<BusyConsole>& busy) {
  struct Read {
    Stage& stage;
    std::shared_ptr<BusyConsole> busy;
    std::shared_ptr<Answer> answer;
  };
  std::shared_ptr<Read> read;
  {
    // One pointer, which a handler holds without memory of its own.
    const OwnAllocations own;
    read = std::make_shared<Read>(Read{stage, busy, stage.expect_answer()});
  }
  const auto handler = [read](std::error_code error, std::size_t count) {
    into(read->answer)(error, count);
    if (error || count == 0) return;
    ASSERT_TRUE(read->busy->rest.starts_with(text_of(*read->answer))) << "bytes lost";
    read->busy->rest.remove_prefix(count);
    if (!read->busy->rest.empty()) read_on(read->stage, read->busy);
  };
  stage.call({"start a read of /dev/pts/"}, [&](auto&... ec) {
    busy->console.async_read(std::span(read->answer->room).first(300), handler, ec...);
  });
  read->answer->started = true;
}

using TwoBusy = std::array<std::shared_ptr<BusyConsole>, 2>;

/// Serves until so many bytes of both are left to come.
void serve_both(Stage& stage, const TwoBusy& both, std::size_t left) {
  const auto failed = [&] {
    return std::any_of(stage.answers().begin(), stage.answers().end(),
                       [](const auto& each) { return static_cast<bool>(each->error); });
  };
  stage.serve_until([&] {
    return failed() || std::all_of(both.begin(), both.end(),
                                   [&](const auto& each) { return each->rest.size() == left; });
  });
  for (const auto& each : stage.answers()) stage.told(each->error);
}

/// What a coroutine has come to.
struct Progress {
  EpollConsole console;
  bool over = false;
  std::exception_ptr failure;
  std::error_code error;
};

Task<std::size_t> read_some(Form form, EpollConsole& console, std::span<std::byte> room,
                            std::error_code& ec) {
  if (form == Form::throwing) co_return co_await console.async_read(room);
  co_return co_await console.async_read(room, ec);
}

/// Owns what it uses, as it may outlive the scenario.
Task<> echo(Form form, std::size_t size, std::shared_ptr<Progress> progress) {
  EpollConsole& console = progress->console;
  std::array<std::byte, 4096> room{};
  while (size > 0) {
    const std::size_t count = co_await read_some(form, console, room, progress->error);
    if (progress->error || count == 0) co_return;
    const auto got = std::span<const std::byte>(room).first(count);
    if (form == Form::throwing) {
      co_await console.async_write(got);
    } else {
      co_await console.async_write(got, progress->error);
    }
    if (progress->error) co_return;
    size -= count;
  }
}

}  // namespace

void blocking_calls(Stage& stage) {
  stage.make_poller();
  FarEnd far;
  EpollConsole console = add_raw(stage, far);
  far.says("from afar");
  reads(stage, console, "from afar");
  far.begin_to_hear(long_text());
  writes(stage, console, long_text());
  far.has_heard();
  std::array<std::byte, 16> room{};
  stage.refused(errc::timed_out, {"read /dev/pts/"}, [&](auto&... ec) {
    return console.read_for(room, std::chrono::milliseconds(1), ec...);
  });
  stage.call({"resize /dev/pts/"}, [&](auto&... ec) { console.resize({10, 20, 0, 0}, ec...); });
  EXPECT_EQ(
      stage.call({"get the size of /dev/pts/"}, [&](auto&... ec) { return console.size(ec...); }),
      (WinSize{10, 20, 0, 0}));
  stage.call({"set raw mode of /dev/pts/"}, [&](auto&... ec) { console.set_raw(ec...); });
  stage.call({"disable echo of /dev/pts/"}, [&](auto&... ec) { console.disable_echo(ec...); });
  stage.call({"reset /dev/pts/"}, [&](auto&... ec) { console.reset(ec...); });
  stage.call({"close /dev/pts/"}, [&](auto&... ec) { console.close(ec...); });
}

void handlers(Stage& stage) {
  stage.make_poller();
  FarEnd far;
  EpollConsole console = add_raw(stage, far);
  far.says("lent");
  reads_by_handler(stage, console, true, "lent");
  far.says("given");
  reads_by_handler(stage, console, false, "given");
  far.begin_to_hear(long_text());
  writes_by_handler(stage, console, long_text());
  far.has_heard();
}

void coroutines(Stage& stage) {
  stage.make_poller();
  FarEnd far;
  std::shared_ptr<Progress> progress;
  {
    const OwnAllocations own;
    progress = std::make_shared<Progress>();
  }
  progress->console = add_raw(stage, far);
  constexpr std::string_view text = "there and back";
  far.says(text);
  stage.allocate([&] {
    start(echo(stage.form(), text.size(), progress), [progress](const std::exception_ptr& failure) {
      progress->failure = failure;
      progress->over = true;
    });
  });
  stage.serve_until([&] { return progress->over; });
  stage.left(progress->failure, {"read /dev/pts/", "write /dev/pts/"});
  stage.told(progress->error);
  far.hears(text);
}

void busy_consoles(Stage& stage) {
  stage.make_poller();
  std::array<FarEnd, 2> far;
  // A room and most of another, so that one of them stays and is looked at for more.
  constexpr std::size_t first = 580;
  TwoBusy both;
  for (std::size_t i = 0; i < 2; ++i) {
    BusyConsole busy{add_raw(stage, far.at(i)), long_text().substr(0, first + 1)};
    const OwnAllocations own;
    both.at(i) = std::make_shared<BusyConsole>(std::move(busy));
  }
  for (const FarEnd& each : far) each.says(long_text().substr(0, first));
  for (const auto& each : both) read_on(stage, each);
  serve_both(stage, both, 1);
  for (const FarEnd& each : far) each.says(long_text().substr(first, 1));
  serve_both(stage, both, 0);
}

void nested_loops(Stage& stage) {
  stage.make_poller();
  FarEnd far;
  EpollConsole console = add_raw(stage, far);
  const int handle = stage.call({"make a handle of the console queue"},
                                [&](auto&... ec) { return stage.poller().native_handle(ec...); });
  const auto answer = stage.expect_answer();
  stage.call({"start a read of /dev/pts/"},
             [&](auto&... ec) { console.async_read(into_lent(answer), ec...); });
  answer->started = true;
  far.says("x");
  while (answer->calls == 0) {
    ASSERT_TRUE(wait_readable(handle));
    stage.call({"wait on the console queue"}, [&](auto&... ec) {
      return stage.poller().wait_for(std::chrono::nanoseconds::zero(), ec...);
    });
  }
  stage.told(answer->error);
  EXPECT_EQ(text_of(*answer), "x");
}

void streams(Stage& stage) {
  stage.make_poller();
  auto [ours, theirs] = socket_pair();
  EpollStream socket = add_stream(stage, std::move(ours));
  EpollStream nothing = add_stream(stage, Fd(::open("/dev/null", O_RDWR | O_CLOEXEC)));
  say(theirs, "by socket");
  reads(stage, socket, "by socket", {"read descriptor "});
  writes(stage, socket, "back", {"write descriptor "});
  writes(stage, nothing, "away", {"write descriptor "});
  {
    const OwnAllocations own;
    EXPECT_EQ(hear(theirs, 4), "back");
  }
  theirs.reset();
  std::array<std::byte, 16> room{};
  EXPECT_EQ(stage.call({"read descriptor "}, [&](auto&... ec) { return socket.read(room, ec...); }),
            0U);
}

}  // namespace conq::test
