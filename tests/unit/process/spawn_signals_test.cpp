// SPDX-License-Identifier: Apache-2.0
// Signals: what the host ignores or blocks is none of the program's business, nor the other way.
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstring>
#include <string>
#include <thread>

#include "tests/support/in_child.hpp"
#include "tests/support/read_until.hpp"
#include "tests/unit/process/spawned.hpp"

namespace conq {
namespace {

using test::shell;
using test::Spawned;

bool same(const sigset_t& left, const sigset_t& right) {
  for (int signal = 1; signal < NSIG; ++signal) {
    if (sigismember(&left, signal) != sigismember(&right, signal)) return false;
  }
  return true;
}

sigset_t mask() {
  sigset_t now;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &now);
  return now;
}

TEST(SpawnSignals, WhatTheHostIgnoresAndBlocksKillsTheProgram) {
  test::in_child([] {
    for (const int signal : {SIGTERM, SIGHUP, SIGINT, SIGPIPE, SIGUSR1}) {
      ::signal(signal, SIG_IGN);
      sigset_t blocked;
      sigemptyset(&blocked);
      sigaddset(&blocked, signal);
      ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
      Spawned spawned(shell("kill -" + std::to_string(signal) + " $$"));
      const int status = spawned.wait();
      EXPECT_TRUE(WIFSIGNALED(status)) << signal;
      EXPECT_EQ(WTERMSIG(status), signal);
    }
  });
}

/// As a key at the host's terminal does, while the child is of its session still.
TEST(SpawnSignals, OneThatComesRightAfterTheForkIsNotTheProgramsBusiness) {
  test::in_child([] {
    ASSERT_EQ(::pthread_atfork(nullptr, nullptr, [] { ::kill(::getpid(), SIGINT); }), 0);
    Spawned spawned(shell("exit 7"));
    const int status = spawned.wait();
    ASSERT_TRUE(WIFEXITED(status)) << "by signal " << WTERMSIG(status);
    EXPECT_EQ(WEXITSTATUS(status), 7);
  });
}

TEST(SpawnSignals, TheHostsMaskAndDispositionsStay) {
  test::in_child([] {
    sigset_t odd;
    sigemptyset(&odd);
    sigaddset(&odd, SIGUSR2);
    sigaddset(&odd, SIGWINCH);
    ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, &odd, nullptr), 0);
    ::signal(SIGUSR1, SIG_IGN);
    EXPECT_EQ(test::output_of(shell("echo out")), "out\n");
    EXPECT_TRUE(same(mask(), odd));
    test::refusal_of(test::program({"/no/such/program"}));
    EXPECT_TRUE(same(mask(), odd));
    struct sigaction now {};
    ::sigaction(SIGUSR1, nullptr, &now);
    EXPECT_EQ(now.sa_handler, SIG_IGN);
    ::sigaction(SIGCHLD, nullptr, &now);
    EXPECT_EQ(now.sa_handler, SIG_DFL);
  });
}

TEST(SpawnSignals, AHostThatIgnoresItsChildrenLearnsOfAFailureToo) {
  test::in_child([] {
    ::signal(SIGCHLD, SIG_IGN);
    const test::Refusal refusal = test::refusal_of(test::program({"/no/such/program"}));
    EXPECT_EQ(refusal.error, std::errc::no_such_file_or_directory);
  });
}

TEST(SpawnSignals, ASignalOfTheHostMeanwhileHidesNoFailure) {
  test::in_child([] {
    struct sigaction without_restart {};
    without_restart.sa_handler = [](int) {};
    ASSERT_EQ(::sigaction(SIGUSR1, &without_restart, nullptr), 0);
    std::atomic<bool> over = false;
    std::thread host([&over, spawning = ::pthread_self()] {
      while (!over) ::pthread_kill(spawning, SIGUSR1);
    });
    for (int round = 0; round < 20; ++round) {
      const test::Refusal refusal = test::refusal_of(test::program({"/no/such/program"}));
      EXPECT_EQ(refusal.error, std::errc::no_such_file_or_directory);
    }
    over = true;
    host.join();
  });
}

}  // namespace
}  // namespace conq
