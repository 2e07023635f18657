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

TEST(ShellLine, SetsALimitFirst) {
  EXPECT_THAT(shell_command("a", 1024), ElementsAre("/bin/sh", "-c", "ulimit -S -n 1024; exec a"));
}

}  // namespace
}  // namespace conq::app
