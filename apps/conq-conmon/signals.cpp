// SPDX-License-Identifier: Apache-2.0
#include "signals.hpp"

#include <sys/signalfd.h>

#include <cstring>

#include "files.hpp"

namespace conq::conmon {

Signals::Signals(Poller& poller, std::function<void(int)> told) : told_(std::move(told)) {
  sigset_t wanted;
  ::sigemptyset(&wanted);
  for (const int each : {SIGCHLD, SIGIO, SIGTERM, SIGINT, SIGQUIT, SIGUSR1}) {
    ::sigaddset(&wanted, each);
  }
  if (::sigprocmask(SIG_BLOCK, &wanted, &mask_) != 0) fail("block signals");
  // Ignored by whoever started us, they would not come.
  if (::signal(SIGCHLD, SIG_DFL) == SIG_ERR) fail("signal(SIGCHLD)");
  Fd fd(::signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!fd) fail("signalfd");
  stream_ = poller.add(std::move(fd));
  read();
}

void Signals::read() {
  stream_.async_read([this](std::error_code ec, std::span<const std::byte> bytes) {
    if (ec) return;
    read();
    for (; bytes.size() >= sizeof(signalfd_siginfo);
         bytes = bytes.subspan(sizeof(signalfd_siginfo))) {
      signalfd_siginfo info{};
      std::memcpy(&info, bytes.data(), sizeof info);
      told_(static_cast<int>(info.ssi_signo));
    }
  });
}

}  // namespace conq::conmon
