// SPDX-License-Identifier: Apache-2.0
// Session, terminal, folder, environment and look-up of a spawned program.
#include "process/spawn.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>

#include "tests/support/bytes.hpp"
#include "tests/support/read_until.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/process/spawned.hpp"

namespace conq {
namespace {

using std::filesystem::perms;
using test::output_of;
using test::program;
using test::shell;
using test::Spawned;

TEST(Spawn, RunsTheProgramWithItsArguments) {
  EXPECT_EQ(output_of(program({"/bin/echo", "one", "", "two  three", "$HOME"})),
            "one  two  three $HOME\n");
}

TEST(Spawn, TheExitStatusIsTheProgramsOwn) {
  Spawned spawned(shell("exit 7"));
  const int status = spawned.wait();
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST(Spawn, TheProgramLeadsANewSessionInTheForegroundOfItsTerminal) {
  Spawned spawned(shell("read line"));
  EXPECT_EQ(::getsid(spawned.pid()), spawned.pid());
  EXPECT_EQ(::getpgid(spawned.pid()), spawned.pid());
  EXPECT_EQ(::tcgetpgrp(spawned.master().fd()), spawned.pid());
  EXPECT_NE(::getsid(0), spawned.pid());
}

TEST(Spawn, TheTerminalIsStdinStdoutStderrAndControlling) {
  Spawned spawned(shell("tty; tty <&1; tty <&2; read line </dev/tty; echo $line >/dev/tty"));
  const std::string& name = spawned.terminal();
  const std::string three = name + "\n" + name + "\n" + name + "\n";
  EXPECT_EQ(test::read_until(spawned.master().fd(), three), three);
  spawned.master().write(test::bytes("typed\n"));
  EXPECT_EQ(spawned.output(), "typed\n");
}

TEST(Spawn, TheTerminalsInterruptKeyReachesTheProgram) {
  Spawned spawned(shell("echo ready; read line"));
  spawned.master().reset();  // cooked again: keys make signals
  test::read_until(spawned.master().fd(), "ready");
  spawned.master().write(test::bytes("\003"));
  const int status = spawned.wait();
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGINT);
}

TEST(Spawn, TheProgramSeesTheWindowSize) { EXPECT_EQ(output_of(shell("stty size")), "24 80\n"); }

TEST(SpawnDirectory, IsTheCallersByDefault) {
  EXPECT_EQ(output_of(shell("pwd -P")), std::filesystem::current_path().string() + "\n");
}

TEST(SpawnDirectory, IsTheOneAskedFor) {
  const test::TempDir dir;
  detail::SpawnRequest request = shell("pwd -P");
  request.directory = dir.path();
  EXPECT_EQ(output_of(request), dir.path().string() + "\n");
}

TEST(SpawnDirectory, ARelativeProgramIsFoundFromThere) {
  const test::TempDir dir;
  dir.file("here", "#!/bin/sh\necho here\n", perms::owner_all);
  detail::SpawnRequest request = program({"./here"});
  request.directory = dir.path();
  EXPECT_EQ(output_of(request), "here\n");
}

TEST(SpawnEnvironment, IsTheCallersByDefault) {
  ASSERT_EQ(::setenv("CONQ_TEST_INHERITED", "yes", 1), 0);
  EXPECT_EQ(output_of(shell("echo $CONQ_TEST_INHERITED")), "yes\n");
  ::unsetenv("CONQ_TEST_INHERITED");
}

TEST(SpawnEnvironment, IsExactlyTheOneAskedFor) {
  ASSERT_EQ(::setenv("CONQ_TEST_INHERITED", "yes", 1), 0);
  detail::SpawnRequest request = program({"env"});
  request.environment = {{"A=1", "EMPTY=", "B=with = and space", "PATH=/bin:/usr/bin"}};
  EXPECT_EQ(output_of(request), "A=1\nEMPTY=\nB=with = and space\nPATH=/bin:/usr/bin\n");
  ::unsetenv("CONQ_TEST_INHERITED");
}

TEST(SpawnEnvironment, EmptyIsEmptyAndTheSystemsPathIsSearched) {
  detail::SpawnRequest request = program({"env"});
  request.environment.emplace();
  EXPECT_EQ(output_of(request), "");
}

/// A folder with a program of that name, which writes `text`.
void add_program(const test::TempDir& dir, const std::string& name, const std::string& text) {
  dir.file(name, "#!/bin/sh\necho " + text + "\n", perms::owner_all);
}

detail::SpawnRequest with_path(const std::string& name, const std::string& path) {
  detail::SpawnRequest request = program({name});
  request.environment = {{"PATH=" + path}};
  return request;
}

TEST(SpawnLookUp, GoesByThePathOfTheProgramNotOfTheCaller) {
  const test::TempDir dir;
  add_program(dir, "conq-test-program", "found");
  EXPECT_EQ(output_of(with_path("conq-test-program", dir.path())), "found\n");
  const test::Refusal refusal = test::refusal_of(with_path("sh", dir.path()));
  EXPECT_EQ(refusal.error, std::errc::no_such_file_or_directory);
}

TEST(SpawnLookUp, TakesTheFirstFolderThatHasIt) {
  const test::TempDir first;
  const test::TempDir second;
  add_program(first, "both", "first");
  add_program(second, "both", "second");
  const std::string path = first.path().string() + ":" + second.path().string();
  EXPECT_EQ(output_of(with_path("both", "/no/such/folder:/dev/null:" + path)), "first\n");
}

TEST(SpawnLookUp, PassesByWhatIsNotExecutable) {
  const test::TempDir first;
  const test::TempDir second;
  first.file("both", "#!/bin/sh\necho first\n");
  add_program(second, "both", "second");
  const std::string path = first.path().string() + ":" + second.path().string();
  EXPECT_EQ(output_of(with_path("both", path)), "second\n");
}

TEST(SpawnLookUp, OfWhatIsNowhereExecutableSaysEacces) {
  const test::TempDir dir;
  dir.file("plain", "#!/bin/sh\n");
  const auto refusal =
      test::refusal_of(with_path("plain", dir.path().string() + ":/no/such/folder"));
  EXPECT_EQ(refusal.error, std::errc::permission_denied);
  EXPECT_EQ(refusal.failed_call, "exec plain");
}

TEST(SpawnLookUp, OfAFileInPlaceOfAFolderSaysEnoent) {
  const auto refusal = test::refusal_of(with_path("sh", "/no/such/folder:/dev/null"));
  EXPECT_EQ(refusal.error, std::errc::no_such_file_or_directory);
}

TEST(SpawnLookUp, AnEmptyEntryIsTheProgramsFolder) {
  const test::TempDir dir;
  add_program(dir, "here", "here");
  for (const char* path : {"", ":/no/such/folder", "/no/such/folder:", "/no::/such"}) {
    detail::SpawnRequest request = with_path("here", path);
    request.directory = dir.path();
    EXPECT_EQ(output_of(request), "here\n") << '"' << path << '"';
  }
}

TEST(SpawnLookUp, AScriptWithoutAFirstLineIsForSh) {
  const test::TempDir dir;
  const std::string file = dir.file("bare", "echo $0 $1 $#\n", perms::owner_all);
  EXPECT_EQ(output_of(program({file, "one", "two"})), file + " one 2\n");
}

}  // namespace
}  // namespace conq
