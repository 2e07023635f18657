// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace conq::bench {

/// What goes on at the consoles.
enum class Workload {
  output,   ///< a process at each console writes, the contender reads
  input,    ///< the contender writes, a process at each console reads
  latency,  ///< the process at console 0 echoes single bytes, those at the others write on and on
  idle,     ///< all consoles are open, nothing happens
  hung,     ///< all consoles are hung up, nothing happens
};

/// The words `--name value` of a command line.
class Options {
 public:
  Options(int argc, char** argv);
  /// Throws std::invalid_argument where it is absent or no number.
  std::uint64_t number(const std::string& name) const;
  std::uint64_t number(const std::string& name, std::uint64_t otherwise) const;
  std::string word(const std::string& name, const std::string& otherwise) const;
  Workload workload() const;

 private:
  std::map<std::string, std::string> values_;
};

/// What the stage asks of a contender. The masters are descriptors that it inherits.
struct Job {
  explicit Job(const Options& options);

  Workload workload;
  std::size_t consoles;
  int first_fd;         ///< the master of console 0; the others follow
  int start_fd;         ///< closed by the contender when it serves all: then the processes begin
  std::uint64_t bytes;  ///< for each console; 0 where there is no end
  std::size_t line;     ///< bytes of each write
  std::uint64_t milliseconds;  ///< how long latency is measured

  int fd(std::size_t console) const { return first_fd + static_cast<int>(console); }
  bool is_probe(std::size_t console) const { return workload == Workload::latency && console == 0; }
};

}  // namespace conq::bench
