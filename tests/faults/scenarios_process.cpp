// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers)
#include <termios.h>
#include <unistd.h>

#include <cerrno>

#include "conq/task.hpp"
#include "tests/faults/far_end.hpp"
#include "tests/faults/scenarios.hpp"
#include "tests/support/shell.hpp"

namespace conq::test {
namespace {

/// All that a spawn may have been at.
constexpr std::array<std::string_view, 11> of_spawn{"open a pty",
                                                    "set /dev/pts/",
                                                    "add /dev/pts/",
                                                    "make a pipe for /bin/sh",
                                                    "fork for /bin/sh",
                                                    "start /bin/sh",
                                                    "take the controlling terminal for /bin/sh",
                                                    "arrange the descriptors of /bin/sh",
                                                    "chdir /",
                                                    "exec /bin/sh",
                                                    "watch process "};

/// Whatever ends a scenario, its process does not outlive it.
class NotLeftBehind {
 public:
  NotLeftBehind(Stage& stage, EpollProcess& process) : stage_(stage), process_(process) {}
  NotLeftBehind(const NotLeftBehind&) = delete;
  NotLeftBehind& operator=(const NotLeftBehind&) = delete;
  ~NotLeftBehind() {
    if (process_.pid() < 0) return;
    disarm();
    std::error_code over;
    process_.kill(SIGKILL, over);
    process_.console().shutdown();
    // Whoever waits for it already is told first, by a turn of the poller.
    do {
      stage_.poller().wait_for(std::chrono::milliseconds(1), over);
      process_.wait_for(std::chrono::nanoseconds::zero(), over);
    } while (over == errc::timed_out);
  }

 private:
  Stage& stage_;
  EpollProcess& process_;
};

/// The options a program may be given, all of them.
ProcessOptions with_all_options(const char* script) {
  const OwnAllocations own;
  ProcessOptions options = shell(script);
  options.environment = {{"WORD=known"}};
  options.directory = "/";
  options.size = {24, 80};
  termios settings{};
  const Fd terminal(::open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC));
  EXPECT_EQ(::tcgetattr(terminal.get(), &settings), 0);
  ::cfmakeraw(&settings);
  options.settings = settings;
  options.keep_fds = {{STDERR_FILENO, 7}};
  return options;
}

EpollProcess spawn(Stage& stage, const ProcessOptions& options) {
  return stage.call(Says(of_spawn), [&](auto&... ec) {
    return EpollProcess::spawn(stage.poller(), options, ec...);
  });
}

/// Reads to the hangup: `text`, and nothing besides.
void reads_to_end(Stage& stage, EpollConsole& console, std::string_view text) {
  reads(stage, console, text);
  std::array<std::byte, 64> room{};
  EXPECT_EQ(stage.call({"read /dev/pts/"}, [&](auto&... ec) { return console.read(room, ec...); }),
            0U);
}

struct Exit {
  bool over = false;
  std::exception_ptr failure;
  ExitStatus status;
};

Task<> await_exit(EpollProcess& process, std::shared_ptr<Exit> exit) {
  exit->status = co_await process.async_wait();
}

}  // namespace

void processes(Stage& stage) {
  static const ProcessOptions options = with_all_options(
      "read word; echo \"$word $WORD $PWD\"; [ -e /dev/fd/7 ] || echo not kept; "
      "for fd in 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24; do "
      "[ ! -e /dev/fd/$fd ] || echo left open; done; exit 7");
  // Inherited, unless it is closed.
  const Fd inheritable(::fcntl(STDERR_FILENO, F_DUPFD, 20));
  stage.make_poller();
  EpollProcess process;
  const NotLeftBehind not_left_behind(stage, process);
  process = spawn(stage, options);
  writes(stage, process.console(), "typed\n");
  reads_to_end(stage, process.console(), "typed known /\n");
  const ExitStatus status =
      stage.call({"wait for process "}, [&](auto&... ec) { return process.wait(ec...); });
  EXPECT_EQ(status, (ExitStatus{7, 0}));
  stage.refused(std::make_error_code(std::errc::no_such_process), {"kill process "},
                [&](auto&... ec) { process.kill(SIGTERM, ec...); });
}

void processes_in_coroutines(Stage& stage) {
  static const ProcessOptions options = with_all_options("exec sleep 1000");
  stage.make_poller();
  EpollProcess process;
  const NotLeftBehind not_left_behind(stage, process);
  process = spawn(stage, options);
  stage.refused(errc::timed_out, {"wait for process "},
                [&](auto&... ec) { return process.wait_for(std::chrono::milliseconds(1), ec...); });
  const auto answer = stage.expect_answer();
  stage.call({"wait for process "}, [&](auto&... ec) {
    process.async_wait(
        [answer](std::error_code error, ExitStatus status) {
          ++answer->calls;
          answer->error = error;
          answer->count = static_cast<std::size_t>(status.signal);
        },
        ec...);
  });
  answer->started = true;
  stage.call({"kill the process group of process "},
             [&](auto&... ec) { process.kill_group(SIGTERM, ec...); });
  stage.serve_until([&] { return answer->calls > 0; });
  stage.told(answer->error);
  EXPECT_EQ(answer->count, static_cast<std::size_t>(SIGTERM));
  std::shared_ptr<Exit> exit;
  {
    const OwnAllocations own;
    exit = std::make_shared<Exit>();
  }
  stage.allocate([&] {
    start(await_exit(process, exit), [exit](const std::exception_ptr& failure) {
      exit->failure = failure;
      exit->over = true;
    });
  });
  stage.serve_until([&] { return exit->over; });
  stage.left(exit->failure, {"wait for process "});
  EXPECT_EQ(exit->status.signal, SIGTERM);
}

void refused_processes(Stage& stage) {
  static const ProcessOptions no_program = [] {
    const OwnAllocations own;
    return program({"/" + std::string(300, 'x')});
  }();
  static const ProcessOptions no_folder = [] {
    const OwnAllocations own;
    ProcessOptions options = shell("exit 0");
    options.directory = "/" + std::string(300, 'x');
    return options;
  }();
  stage.make_poller();
  // An error that no call of the table has.
  const std::error_code expected(ENAMETOOLONG, std::system_category());
  for (const ProcessOptions* options : {&no_program, &no_folder}) {
    stage.refused(
        expected,
        {"open a pty", "add /dev/pts/", "make a pipe for /", "fork for /", "start /",
         "take the controlling terminal for /", "arrange the descriptors of /", "chdir /xxx",
         "exec /xxx", "watch process "},
        [&](auto&... ec) { return EpollProcess::spawn(stage.poller(), *options, ec...); });
  }
}

}  // namespace conq::test
