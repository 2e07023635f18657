// SPDX-License-Identifier: Apache-2.0
// The tool where the disk is full, or a file as large as it may be.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/cli/cast.hpp"
#include "tests/cli/tool.hpp"
#include "tests/cli/up_fixture.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/own_mounts_linux.hpp"
#include "tests/support/temp_dir.hpp"

namespace conq::test {
namespace {

class FullDisk : public Up {
 protected:
  /// Makes the folder a disk of 64 KiB, for this process; false where that is not permitted.
  bool mount_small_disk() const {
    return own_mounts() && ::mount("none", dir_.path().c_str(), "tmpfs", 0, "size=65536") == 0;
  }
  /// The tool with a file in the folder as its standard output.
  Start into_file(Start start) const {
    start.out = Stream::null;
    start.err = Stream::pipe;
    const std::string path = dir_ / "out";
    start.prepare = [path] {
      ::dup2(::open(path.c_str(), O_WRONLY | O_CREAT, 0600), STDOUT_FILENO);
    };
    return start;
  }
  static void cannot_write(Tool& tool, const std::string& why) {
    EXPECT_EQ(tool.rest_of_err(), "conq: cannot write to stdout: " + why + "\n");
    EXPECT_EQ(tool.wait(), 1);
    EXPECT_EQ(settings_of(tool.terminal()), tool.settings_before());
  }
  static Start limited(Start start) {
    start.prepare = [before = start.prepare] {
      before();
      // SIGXFSZ, too, comes where that is passed.
      const rlimit limit{65536, 65536};
      ::setrlimit(RLIMIT_FSIZE, &limit);
    };
    return start;
  }
};

TEST_F(FullDisk, EndsRunAsItsOutputCannotBeWritten) {
  in_child([this] {
    if (!mount_small_disk()) GTEST_SKIP() << "no mounts of our own here";
    Tool tool(into_file({.arguments = {"run", "--", "yes"}}));
    cannot_write(tool, "No space left on device");
  });
}

TEST_F(FullDisk, EndsUpAsItsOutputCannotBeWritten) {
  in_child([this] {
    if (!mount_small_disk()) GTEST_SKIP() << "no mounts of our own here";
    procfile("web: exec yes\nworker: exec sleep 1000\n");
    Tool tool(into_file(in_terminal()));
    cannot_write(tool, "No space left on device");
  });
}

TEST_F(FullDisk, EndsARecordingThatPlaysAndLetsTheSessionGoOn) {
  in_child([this] {
    if (!mount_small_disk()) GTEST_SKIP() << "no mounts of our own here";
    const std::string path = dir_ / "session.cast";
    Tool tool({.arguments = {"run", "--record", path, "--", "seq", "100000"},
               .out = Stream::pipe,
               .err = Stream::pipe});
    EXPECT_EQ(lines_of(tool.rest_of_out()).size(), 100000U);
    EXPECT_EQ(tool.rest_of_err(),
              "conq: recording to " + path + " stopped: No space left on device\n");
    EXPECT_EQ(tool.wait(), 0);
    const Cast cast = parse_cast(path);
    EXPECT_FALSE(cast.is_cut);
    EXPECT_EQ(cast.output.substr(0, 6), "1\r\n2\r\n");
  });
}

TEST_F(FullDisk, ThatOnlyAFilesLimitMakesEndsRunAlike) {
  Tool tool(limited(into_file({.arguments = {"run", "--", "yes"}})));
  cannot_write(tool, "File too large");
}

TEST_F(FullDisk, ThatOnlyAFilesLimitMakesEndsUpAlike) {
  procfile("web: exec yes\nworker: exec sleep 1000\n");
  Tool tool(limited(into_file(in_terminal())));
  cannot_write(tool, "File too large");
}

}  // namespace
}  // namespace conq::test
