// SPDX-License-Identifier: Apache-2.0
// What bash and zsh complete, with TAB typed into the shell itself.
#include <cstdlib>
#include <string>

#include "tests/cli/up_fixture.hpp"

namespace conq::test {
namespace {

class Completion : public Up {
 protected:
  void SetUp() override {
    procfile("# no: comment\nweb: serve\nworker-1: work\nclock: tick\n");
    dir_.file("recording.cast", "");
  }

  static bool has(const std::string& program) {
    return std::system(("command -v " + program + " >/dev/null").c_str()) == 0;
  }

  Start shell(const std::string& program, std::vector<std::string> arguments) const {
    Start start;
    start.program = program;
    start.arguments = std::move(arguments);
    start.directory = dir_.path();
    start.size = {24, 200};
    return start;
  }

  /// Types a line's beginning and a TAB, waits for what the shell makes of it, drops the line by
  /// Ctrl-U. Ctrl-C might come while the shell is still at it.
  static void completes(Tool& shell, const std::string& typed, const std::string& shown) {
    shell.type(typed + "\t");
    shell.see(shown);
    shell.type("\x15");
  }

  static void completes_all(Tool& shell) {
    completes(shell, "conq ru", "conq run ");
    completes(shell, "conq --vers", "--version");
    completes(shell, "conq run --rec", "--record ");
    completes(shell, "conq run --record recor", "recording.cast");
    completes(shell, "conq run -- basenam", "basename ");
    completes(shell, "conq up --keep", "--keep-going ");
    completes(shell, "conq up wo", "worker-1 ");
    completes(shell, "conq up web clo", "clock ");
    completes(shell, "conq up --timestamps clo", "clock ");
    completes(shell, "conq up --color alw", "always ");
    completes(shell, "conq up -m we", "web=");
    completes(shell, "conq up -f Proc", "Procfile ");
    completes(shell, "cd / && conq up -f " + std::string("$PWD/Proc"), "Procfile");
  }
};

TEST_F(Completion, WorksInBash) {
  if (!has("bash")) GTEST_SKIP() << "no bash here";
  Start start = shell("bash", {"--norc", "--noprofile", "-i"});
  start.environment = {{"PS1", "$ "}, {"INPUTRC", "/dev/null"}};
  Tool bash(start);
  bash.see("$ ");
  bash.type("bind 'set enable-bracketed-paste off'; source '" CONQ_COMPLETIONS "/conq.bash'\n");
  bash.see("\n");
  bash.see("$ ");
  completes_all(bash);
}

TEST_F(Completion, WorksInZsh) {
  if (!has("zsh")) GTEST_SKIP() << "no zsh here";
  Start start = shell("zsh", {"-f", "-i"});
  start.environment = {{"TERM", "dumb"}};
  Tool zsh(start);
  zsh.type("PS1='$ ' PROMPT_SP= PROMPT_CR=; fpath=('" CONQ_COMPLETIONS
           "' $fpath); autoload -U compinit; compinit -u -D; echo load''ed\n");
  zsh.see("loaded");
  zsh.see("$ ");
  completes_all(zsh);
}

}  // namespace
}  // namespace conq::test
