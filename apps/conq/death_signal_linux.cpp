// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "death_signal.hpp"

namespace conq::app {
namespace {

int signal_at_our_end = 0;
pid_t us = -1;

extern "C" void ask_for_signal() {
  ::prctl(PR_SET_PDEATHSIG, signal_at_our_end);
  // We ended before that was asked for.
  if (::getppid() != us) ::_exit(1);
}

}  // namespace

void send_at_our_end(int signal) {
  signal_at_our_end = signal;
  us = ::getpid();
  ::pthread_atfork(nullptr, nullptr, ask_for_signal);
}

}  // namespace conq::app
