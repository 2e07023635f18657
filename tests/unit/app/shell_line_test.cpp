// SPDX-License-Identifier: Apache-2.0
#include "shell_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conq::app {
namespace {

using ::testing::ElementsAre;

TEST(ShellLine, IsAPlainCommandIfItIsAProgramWithArguments) {
  for (const char* const line :
       {"server", "./bin/server -p $PORT --dir=/srv ~/x *.log", "node-18 app.js",
        "python3 -m http.server \"$PORT\"", "greet 'it is; | & > $(not a command)' \"a # b\"",
        "g++ x.cpp", "server ${PORT}"}) {
    EXPECT_TRUE(is_plain_command(line)) << line;
  }
}

TEST(ShellLine, IsNoneIfTheShellHasToDoMore) {
  for (const char* const line :
       {"",      "a; b",   "a & b",      "a && b",    "a | b",        "a > b",   "a < b", "(a)",
        "a `b`", "a $(b)", "a \"$(b)\"", "a \"`b`\"", "a \"x\\\"y\"", "a \\; b", "a # b", "A=1 b",
        "$A b",  "'a' b",  "\"a\" b",    "a 'b",      "a \"b",        "{ a",     "! a",   "~/a"}) {
    EXPECT_FALSE(is_plain_command(line)) << line;
  }
}

TEST(ShellLine, IsNoneIfItBeginsWithAWordOfTheShell) {
  for (const char* const line : {"cd x", "exec a", "while true", ". file", "ulimit -n 3", "trap x",
                                 "source x", "time a", "if a", "read x", "wait", "set -e"}) {
    EXPECT_FALSE(is_plain_command(line)) << line;
  }
}

TEST(ShellLine, ReplacesTheShellByAPlainCommand) {
  EXPECT_THAT(shell_command("server $PORT", std::nullopt),
              ElementsAre("/bin/sh", "-c", "exec server $PORT"));
}

TEST(ShellLine, HasTheShellWaitForOthers) {
  EXPECT_THAT(shell_command("a; b", std::nullopt),
              ElementsAre("/bin/sh", "-c", "trap exit TERM; a; b"));
}

TEST(ShellLine, EndsInExecIfThisShellIsReplacedInTheEnd) {
  for (const char* const line :
       {"exec server", "cd /srv && exec ./server -p $PORT", "a; exec b", "a & exec b",
        "a || exec b", "trap '' HUP; exec sleep 1000", "test -f x && exec env A=1 b > log"}) {
    EXPECT_TRUE(ends_in_exec(line)) << line;
  }
}

TEST(ShellLine, EndsOtherwiseIfAShellIsLeft) {
  for (const char* const line :
       {"", "server", "exec", "exec >log", "exec 2>&1", "exec 3<file", "a | exec b", "exec a; b",
        "if a; then exec b; fi", "{ a; exec b; }", "(exec a)", "a # ; exec b", "echo '; exec b",
        "a \\; exec b", "echo `x; exec b`", "exec $SHELL"}) {
    EXPECT_FALSE(ends_in_exec(line)) << line;
  }
}

TEST(ShellLine, HasNoSignalForgottenByAnExec) {
  EXPECT_THAT(shell_command("a; exec b", std::nullopt), ElementsAre("/bin/sh", "-c", "a; exec b"));
}

TEST(ShellLine, SetsALimitFirst) {
  EXPECT_THAT(shell_command("a", 1024), ElementsAre("/bin/sh", "-c", "ulimit -S -n 1024; exec a"));
}

}  // namespace
}  // namespace conq::app
