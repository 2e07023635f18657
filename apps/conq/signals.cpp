// SPDX-License-Identifier: Apache-2.0
#include "signals.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "failure.hpp"

namespace conq::app {
namespace {

// What the signal handler may touch.
volatile sig_atomic_t write_to = -1;
volatile sig_atomic_t end_came = 0;

bool ends_conq(int signal) noexcept {
  return signal != SIGWINCH && signal != SIGTSTP && signal != SIGCONT && signal != SIGUSR1 &&
         signal != SIGUSR2;
}

extern "C" void note_signal(int signal) {
  const int error = errno;
  if (ends_conq(signal)) {
    end_came = 1;
    for (const int stop : {SIGTTIN, SIGTTOU}) ::signal(stop, SIG_IGN);
  }
  const auto byte = static_cast<unsigned char>(signal);
  // Full: signals enough are waiting to be read.
  [[maybe_unused]] const ssize_t written = ::write(write_to, &byte, 1);
  errno = error;
}

std::pair<Fd, Fd> make_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe(ends.data()) != 0) {
    throw Failure(failed, "cannot make a pipe: " + std::generic_category().message(errno));
  }
  for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
  ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
  return {Fd(ends[0]), Fd(ends[1])};
}

}  // namespace

Signals::Signals(Poller& poller, std::initializer_list<int> signals,
                 std::function<void(int)> handler)
    : Signals(poller, make_pipe(), signals, std::move(handler)) {}

Signals::Signals(Poller& poller, std::pair<Fd, Fd> ends, std::initializer_list<int> signals,
                 std::function<void(int)> handler)
    : handler_(std::move(handler)),
      arrivals_(poller.add(std::move(ends.first))),
      write_end_(std::move(ends.second)) {
  write_to = write_end_.get();
  end_came = 0;
  read_on();

  struct sigaction action {};
  action.sa_handler = note_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);  // a macro on macOS
  for (const int stop : {SIGTTIN, SIGTTOU}) {
    struct sigaction before {};
    ::sigaction(stop, nullptr, &before);
    before_.emplace_back(stop, before);
  }
  for (const int signal : signals) {
    struct sigaction before {};
    ::sigaction(signal, nullptr, &before);
    if (before.sa_handler == SIG_IGN && signal != SIGWINCH) continue;
    ::sigaction(signal, &action, nullptr);
    before_.emplace_back(signal, before);
  }
}

Signals::~Signals() {
  for (const auto& [signal, before] : before_) ::sigaction(signal, &before, nullptr);
  write_to = -1;
}

bool Signals::told_to_end() noexcept { return end_came != 0; }

void Signals::raise_default(int signal) {
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  sigemptyset(&standard.sa_mask);
  struct sigaction handled {};
  ::sigaction(signal, &standard, &handled);
  ::raise(signal);
  ::sigaction(signal, &handled, nullptr);
}

void Signals::read_on() {
  arrivals_.async_read([this](std::error_code ec, std::span<const std::byte> bytes) {
    if (ec) throw Failure(failed, "cannot be told of signals: " + ec.message());
    if (bytes.empty()) return;
    // Handled from a copy: what the poller lends may be used again inside a handler.
    const std::vector<std::byte> arrived(bytes.begin(), bytes.end());
    read_on();
    for (const std::byte signal : arrived) handler_(std::to_integer<int>(signal));
  });
}

std::string signal_name(int signal) {
  constexpr std::array<std::pair<int, const char*>, 19> names{{{SIGHUP, "SIGHUP"},
                                                               {SIGINT, "SIGINT"},
                                                               {SIGQUIT, "SIGQUIT"},
                                                               {SIGILL, "SIGILL"},
                                                               {SIGTRAP, "SIGTRAP"},
                                                               {SIGABRT, "SIGABRT"},
                                                               {SIGBUS, "SIGBUS"},
                                                               {SIGFPE, "SIGFPE"},
                                                               {SIGKILL, "SIGKILL"},
                                                               {SIGUSR1, "SIGUSR1"},
                                                               {SIGSEGV, "SIGSEGV"},
                                                               {SIGUSR2, "SIGUSR2"},
                                                               {SIGPIPE, "SIGPIPE"},
                                                               {SIGALRM, "SIGALRM"},
                                                               {SIGTERM, "SIGTERM"},
                                                               {SIGXCPU, "SIGXCPU"},
                                                               {SIGXFSZ, "SIGXFSZ"},
                                                               {SIGSYS, "SIGSYS"},
                                                               {SIGVTALRM, "SIGVTALRM"}}};
  for (const auto& [number, name] : names) {
    if (number == signal) return name;
  }
  return "signal " + std::to_string(signal);
}

}  // namespace conq::app
