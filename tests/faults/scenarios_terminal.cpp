// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include "tests/faults/far_end.hpp"
#include "tests/faults/scenarios.hpp"

namespace conq::test {
namespace {

/// Console's write may write less than it is given.
void writes_piecewise(Stage& stage, Console& console, std::string_view text) {
  while (!text.empty()) {
    const std::size_t count = stage.call(
        {"write /dev/pts/"}, [&](auto&... ec) { return console.write(bytes(text), ec...); });
    text.remove_prefix(count);
  }
}

void can_be_set(Stage& stage, Console& console) {
  stage.call({"resize /dev/pts/"}, [&](auto&... ec) {
    console.resize(WinSize{30, 100, 0, 0}, ec...);
  });
  const WinSize size =
      stage.call({"get the size of /dev/pts/"}, [&](auto&... ec) { return console.size(ec...); });
  EXPECT_EQ(size, (WinSize{30, 100, 0, 0}));
  stage.call({"disable echo of /dev/pts/"}, [&](auto&... ec) { console.disable_echo(ec...); });
  stage.call({"reset /dev/pts/"}, [&](auto&... ec) { console.reset(ec...); });
}

/// A descriptor 0 of the test's own choice, for a scope.
class StandardInput {
 public:
  explicit StandardInput(int fd) : before_(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)) {
    ::dup2(fd, STDIN_FILENO);
  }
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;
  ~StandardInput() {
    if (before_) {
      ::dup2(before_.get(), STDIN_FILENO);
    } else {
      ::close(STDIN_FILENO);
    }
  }

 private:
  Fd before_;
};

/// Unless a terminal of whoever started the test came first, or the name could not be found out.
void is_called(const Console& console, const std::string& name) {
  const bool other_first = ::isatty(STDERR_FILENO) != 0 || ::isatty(STDOUT_FILENO) != 0;
  if (faults_made() > 0 || other_first) return;
  EXPECT_EQ(console.name(), name);
}

}  // namespace

void terminals(Stage& stage) {
  FarEnd far;
  Console console = open_raw(stage, far);
  far.says("from afar");
  reads(stage, console, "from afar");
  writes_piecewise(stage, console, "to there");
  far.hears("to there");
  can_be_set(stage, console);
  FarEnd other_far;
  const Console other = open_raw(stage, other_far);
  stage.call({"resize /dev/pts/", "get the size of /dev/pts/"},
             [&](auto&... ec) { console.resize_from(other, ec...); });
  stage.call({"close /dev/pts/"}, [&](auto&... ec) { console.close(ec...); });
}

void foreign_terminals(Stage& stage) {
  constexpr int flags = O_RDWR | O_NOCTTY | O_CLOEXEC;
  // That of the slaves' own file system, which not everybody may open.
  Fd master(::open("/dev/pts/ptmx", flags));
  if (!master) master.reset(::open("/dev/ptmx", flags));
  Pty pty = stage.call({"open a pty from descriptor "}, [&](auto&... ec) {
    return open_pty_from(std::move(master), {24, 80}, ec...);
  });
  FarEnd far;
  far.hold(std::move(pty.slave), pty.slave_name);
  Console console = std::move(pty.master);
  stage.call({"set raw mode of /dev/pts/"}, [&](auto&... ec) { console.set_raw(ec...); });
  far.says("x");
  reads(stage, console, "x");
}

void current_terminal(Stage& stage) {
  FarEnd far;
  const Console master = open_raw(stage, far);
  const StandardInput standard_input(far.slave().get());
  Console console =
      stage.call({"open the current console"}, [](auto&... ec) { return Console::current(ec...); });
  is_called(console, master.name());
  // Asked as a slave, whose name its number does not give.
  console = stage.call({"take descriptor "},
                       [&](auto&... ec) { return Console::from_fd(console.release(), {}, ec...); });
  is_called(console, master.name());
}

}  // namespace conq::test
