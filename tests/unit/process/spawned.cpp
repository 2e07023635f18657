// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/process/spawned.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>
#include <utility>

#include "tests/support/descriptor_limit.hpp"
#include "tests/support/descriptors.hpp"
#include "tests/support/read_until.hpp"

namespace conq::test {

Spawned::Spawned(detail::SpawnRequest request) : pty_(open_pty({24, 80, 0, 0})) {
  pty_.master.set_raw();
  request.slave_fd = pty_.slave.get();
  std::error_code ec = errc::closed;
  std::string failed_call;
  pid_ = detail::spawn(request, ec, failed_call);
  EXPECT_FALSE(ec) << failed_call << ": " << ec.message();
  EXPECT_EQ(failed_call, "");
  pty_.slave.reset();
}

Spawned::~Spawned() {
  pty_.master = Console();  // hung up, the program ends if it has not yet
  wait();
}

std::string Spawned::output() const { return read_to_end(pty_.master.fd()); }

int Spawned::wait() {
  int status = -1;
  if (pid_ <= 0) return status;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return status;
}

detail::SpawnRequest program(std::vector<std::string> argv) {
  detail::SpawnRequest request;
  request.argv = std::move(argv);
  return request;
}

detail::SpawnRequest shell(const std::string& script) { return program({"/bin/sh", "-c", script}); }

std::string output_of(detail::SpawnRequest request) { return Spawned(std::move(request)).output(); }

Refusal refusal_of(detail::SpawnRequest request) {
  const NoDescriptorLeak no_leak;
  const Pty pty = open_pty();
  if (request.slave_fd < 0) request.slave_fd = pty.slave.get();
  Refusal refusal;
  EXPECT_EQ(detail::spawn(request, refusal.error, refusal.failed_call), -1);
  EXPECT_TRUE(refusal.error);
  EXPECT_TRUE(has_no_child());
  return refusal;
}

void expect_no_room_for_pipe(const detail::SpawnRequest& request, unsigned room) {
  std::error_code ec;
  std::string failed_call;
  {
    const DescriptorLimit limit(room);
    EXPECT_EQ(detail::spawn(request, ec, failed_call), -1);
  }
  EXPECT_EQ(ec, std::errc::too_many_files_open);
  EXPECT_EQ(failed_call, "make a pipe for " + request.argv.front());
}

bool has_no_child() { return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

}  // namespace conq::test
