// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "conq/conq.hpp"
#include "tests/support/temp_dir.hpp"

namespace conq::test {

/// What a command of runc said, and how it ended.
struct RuntimeResult {
  ExitStatus status;
  std::string said;
};

/// A container of busybox, in a directory of its own, that runc runs. What is left of it goes with
/// its object.
///
/// Its processes become children of this one when the runtime has left them
/// (PR_SET_CHILD_SUBREAPER), as those of a container's monitor do, so that it can be asked how they
/// ended.
class Bundle {
 public:
  Bundle();
  Bundle(const Bundle&) = delete;
  Bundle& operator=(const Bundle&) = delete;
  ~Bundle();

  /// Why no container can be run here; empty if one can.
  std::string why_not();

  /// `run --detach` of a shell's script, with its console to `socket`.
  RuntimeResult run(const ConsoleSocket& socket, std::string_view script);
  /// The same of `exec`, in the container that runs.
  RuntimeResult exec(const ConsoleSocket& socket, std::string_view script);
  /// As run(), of a container that cannot be made.
  RuntimeResult run_broken(const ConsoleSocket& socket);

  /// What the example of conq says that has it run.
  RuntimeResult run_by_example(const std::string& example, std::string_view script);

  /// For somebody else who has runc make the container: writes what it is to do.
  void configure(std::string_view script, bool terminal, std::string_view file_system = "tmpfs");
  /// `start` of what was made so.
  RuntimeResult start() { return call({"start", id_}); }
  std::string path() const { return dir_.path(); }
  std::string state() const { return dir_ / "state"; }
  const std::string& id() const { return id_; }

  /// Waits for the end of what run() or exec() started last; as a shell's $?.
  int wait_for_end();

 private:
  RuntimeResult call(const std::vector<std::string>& arguments);
  RuntimeResult to_its_end(const std::vector<std::string>& argv);
  RuntimeResult detach(std::vector<std::string> arguments, const ConsoleSocket& socket);

  TempDir dir_;
  Poller poller_;  ///< its own: tests close theirs
  std::string id_;
};

}  // namespace conq::test
