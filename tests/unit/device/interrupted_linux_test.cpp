// SPDX-License-Identifier: Apache-2.0
// Signals that interrupt a blocked call. Linux: /proc tells when a thread sleeps.
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <string>
#include <thread>

#include "conq/pty.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/read_until.hpp"

namespace conq {
namespace {

std::atomic<int> signals{0};

class WithoutRestart {
 public:
  WithoutRestart() {
    struct sigaction action {};
    action.sa_handler = [](int) { ++signals; };  // no SA_RESTART: read(2) returns EINTR
    ::sigaction(SIGUSR1, &action, &old_);
  }
  WithoutRestart(const WithoutRestart&) = delete;
  WithoutRestart& operator=(const WithoutRestart&) = delete;
  ~WithoutRestart() { ::sigaction(SIGUSR1, &old_, nullptr); }

 private:
  struct sigaction old_ {};
};

bool sleeps(pid_t thread) {
  std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
  std::string stat((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::size_t name_end = stat.rfind(") ");
  return name_end != std::string::npos && stat.substr(name_end + 2, 1) == "S";
}

template <class Condition>
bool eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + test::deadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

/// Interrupts the thread three times, each time once it sleeps in its call.
void interrupt(std::thread& thread, const std::atomic<pid_t>& id) {
  ASSERT_TRUE(eventually([&] { return id != 0; }));
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(eventually([&] { return sleeps(id); }));
    const int before = signals;
    ::pthread_kill(thread.native_handle(), SIGUSR1);
    EXPECT_TRUE(eventually([&] { return signals > before; }));
  }
}

TEST(InterruptedConsole, AReadGoesOnAfterSignals) {
  const WithoutRestart handler;
  Pty pty = open_pty();
  pty.master.set_raw();
  std::atomic<pid_t> id{0};
  std::string got;
  std::error_code ec;
  std::thread reader([&] {
    id = static_cast<pid_t>(::syscall(SYS_gettid));
    std::array<std::byte, 16> room{};
    got = test::text(std::span(room).first(pty.master.read(room, ec)));
  });
  interrupt(reader, id);
  ASSERT_EQ(::write(pty.slave.get(), "late", 4), 4);
  reader.join();
  EXPECT_FALSE(ec) << ec.message();
  EXPECT_EQ(got, "late");
}

TEST(InterruptedConsole, AWriteGoesOnAfterSignals) {
  const WithoutRestart handler;
  Pty pty = open_pty();
  pty.master.set_raw();
  Console slave = Console::from_fd(std::move(pty.slave));
  std::atomic<pid_t> id{0};
  std::size_t last = 0;
  std::error_code ec;
  std::thread writer([&] {
    id = static_cast<pid_t>(::syscall(SYS_gettid));
    // Single bytes from the brink on, so that the blocked write has written nothing when
    // interrupted.
    for (int i = 0; i < 100000 && !ec; ++i) last = slave.write(test::bytes("x"), ec);
  });
  interrupt(writer, id);
  std::size_t total = 0;
  while (total < 100000) total += test::read_until(pty.master.fd(), "x").size();
  writer.join();
  EXPECT_FALSE(ec) << ec.message();
  EXPECT_EQ(last, 1U);
}

}  // namespace
}  // namespace conq
