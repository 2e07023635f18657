// SPDX-License-Identifier: Apache-2.0
// The tool between a command and a reader of which one takes nothing.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers)
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "tests/cli/cast.hpp"
#include "tests/cli/tool.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/thread_state.hpp"

namespace conq::test {
namespace {

/// The most memory that a process had so far, in KiB; 0 where this kernel does not tell.
long peak_memory(pid_t pid) {
  const std::string text = text_of("/proc/" + std::to_string(pid) + "/status");
  const std::size_t at = text.find("VmHWM:");
  return at == std::string::npos ? 0 : std::stol(text.substr(at + 6));
}

class Stuck : public ::testing::Test {
 protected:
  Start writer(Stream out) const {
    return {.arguments = {"run", "--", "sh", "-c", "echo $$ >pid; exec yes"},
            .out = out,
            .directory = dir_.path()};
  }
  /// The writer, once it can write no more.
  pid_t stuck_writer() const {
    EXPECT_TRUE(eventually([this] { return text_of(dir_ / "pid").ends_with('\n'); }));
    const pid_t pid = std::stoi(text_of(dir_ / "pid"));
    wait_until_asleep(pid);
    return pid;
  }
  void ends(Tool& tool, pid_t writer) const {
    constexpr long some = 16384;
    EXPECT_LT(peak_memory(tool.pid()), memory_at_start_ + some);
    tool.signal(SIGTERM);
    EXPECT_EQ(tool.wait_unread(), 128 + SIGTERM);
    EXPECT_EQ(settings_of(tool.terminal()), tool.settings_before());
    EXPECT_TRUE(eventually([writer] { return !is_alive(writer); }));
  }
  /// What the tool needs when it does nothing.
  static long memory_of_an_idle_one() {
    Tool idle({.arguments = {"run", "--", "sh", "-c", "echo ready; read x"}});
    idle.see("ready");
    return peak_memory(idle.pid());
  }

  TempDir dir_;
  long memory_at_start_ = memory_of_an_idle_one();
};

TEST_F(Stuck, ReaderOfAPipeDoesNotKeepItFromEnding) {
  Tool tool(writer(Stream::pipe));
  const pid_t command = stuck_writer();
  ends(tool, command);
}

TEST_F(Stuck, TerminalDoesNotKeepItFromEnding) {
  Tool tool(writer(Stream::terminal));
  const pid_t command = stuck_writer();
  ends(tool, command);
}

TEST_F(Stuck, ReaderOfARecordingDoesNotKeepItFromEnding) {
  const std::string pipe = dir_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const Fd read_end(::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  Start start = writer(Stream::null);
  start.arguments.insert(start.arguments.begin() + 1, {"--record", pipe, "--overwrite"});
  Tool tool(start);
  const pid_t command = stuck_writer();
  ends(tool, command);
}

TEST_F(Stuck, CommandIsShownAllTheSameAndEnds) {
  Tool tool({.arguments = {"run", "--", "sh", "-c",
                           "stty raw -echo; echo $$ >pid; echo ready; "
                           "while [ ! -e go ]; do sleep 0.01; done; echo alive; exec sleep 1000"},
             .directory = dir_.path()});
  tool.see("ready");
  const pid_t command = std::stoi(text_of(dir_ / "pid"));
  // As much as goes in: it never reads.
  const int terminal = tool.terminal().master.fd();
  ::fcntl(terminal, F_SETFL, ::fcntl(terminal, F_GETFL) | O_NONBLOCK);
  const std::string paste(4096, 'x');
  EXPECT_TRUE(eventually([&] {
    return ::write(terminal, paste.data(), paste.size()) < 0 && errno == EAGAIN &&
           wait_until_asleep(tool.pid()) && ::write(terminal, paste.data(), paste.size()) < 0 &&
           errno == EAGAIN;
  }));
  dir_.file("go", "");
  tool.see("alive");
  ends(tool, command);
}

}  // namespace
}  // namespace conq::test
