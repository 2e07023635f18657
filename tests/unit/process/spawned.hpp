// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <system_error>
#include <vector>

#include "conq/pty.hpp"
#include "process/spawn.hpp"

namespace conq::test {

/// A program spawned on a pty in raw mode, whose slave is the program's alone.
class Spawned {
 public:
  /// Fails the test if the program cannot be started.
  explicit Spawned(detail::SpawnRequest request);
  Spawned(const Spawned&) = delete;
  Spawned& operator=(const Spawned&) = delete;
  ~Spawned();

  pid_t pid() const { return pid_; }
  Console& master() { return pty_.master; }
  const std::string& terminal() const { return pty_.slave_name; }

  /// All that it writes until it is gone.
  std::string output() const;
  /// Its wait status, once it has ended.
  int wait();

 private:
  Pty pty_;
  pid_t pid_ = -1;
};

detail::SpawnRequest program(std::vector<std::string> argv);
detail::SpawnRequest shell(const std::string& script);

/// What a program writes from its start to its end.
std::string output_of(detail::SpawnRequest request);

struct Refusal {
  std::error_code error;
  std::string failed_call;
};

/// The outcome of a spawn that is to fail. Fails the test if it does not, or leaves a child or a
/// descriptor behind.
Refusal refusal_of(detail::SpawnRequest request);

/// That a spawn with room for `room` descriptors is refused for want of one for a pipe.
void expect_no_room_for_pipe(const detail::SpawnRequest& request, unsigned room);

/// Whether this process has no child, also none that is a zombie.
bool has_no_child();

}  // namespace conq::test
