// SPDX-License-Identifier: Apache-2.0
// Sets up what a contender serves: pseudo-terminals, and a process at each. Then becomes its
// parent; prints what only an onlooker can tell.

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "bench/stage/far_end.hpp"
#include "bench/support/job.hpp"
#include "bench/support/machine.hpp"
#include "bench/support/report.hpp"
#include "conq/error.hpp"
#include "conq/pty.hpp"

namespace conq::bench {
namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) {
      throw std::system_error(errno, std::generic_category(), "make a pipe");
    }
    read = Fd(ends[0]);
    write = Fd(ends[1]);
  }
  Fd read, write;
};

class Stage {
 public:
  explicit Stage(const Options& options) : options_(options) {}

  int run() {
    const std::size_t consoles = options_.number("consoles");
    for (std::size_t console = 0; console < consoles; ++console) set_up(console);
    const pid_t contender = start_contender();
    start_.write.reset();
    results_.write.reset();
    // Not by the contender itself: to wake thousands takes CPU time, which would be taken for its.
    wait_for_end_of(start_.read.get());
    go_.write.reset();
    const bool watched =
        options_.workload() == Workload::idle || options_.workload() == Workload::hung;
    if (watched) watch(contender);
    int status = 0;
    ::waitpid(contender, &status, 0);
    if (options_.workload() == Workload::input) collect();
    end_far_ends();
    const bool good = watched || (WIFEXITED(status) && WEXITSTATUS(status) == 0);
    if (!good) std::cerr << "the contender ended with status " << status << '\n';
    return good ? 0 : 1;
  }

 private:
  void set_up(std::size_t console) {
    Pty pty = open_pty();
    Console slave = Console::from_fd(std::move(pty.slave));
    slave.set_raw();
    const pid_t child = ::fork();
    if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (child == 0) {
      // A process at a console holds no other console's master.
      masters_.clear();
      pty.master.close();
      start_.write.reset();
      go_.write.reset();
      over_.write.reset();
      play({.workload = options_.workload(),
            .console = console,
            .bytes = options_.number("bytes"),
            .line = options_.number("line"),
            .go_fd = go_.read.get(),
            .result_fd = results_.write.get(),
            .over_fd = over_.read.get()},
           slave.release());
      std::_Exit(0);
    }
    masters_.push_back(std::move(pty.master));
    if (masters_.back().fd() != masters_.front().fd() + static_cast<int>(console)) {
      throw std::logic_error("the masters' descriptors do not follow each other");
    }
  }

  pid_t start_contender() {
    const pid_t child = ::fork();
    if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (child > 0) return child;
    for (const Console& master : masters_) ::fcntl(master.fd(), F_SETFD, 0);
    start_.read.reset();
    results_.read.reset();
    results_.write.reset();
    go_.write.reset();
    over_.write.reset();
    std::vector<std::string> words = contender_words();
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    ::execvp(argv[0], argv.data());
    std::cerr << "cannot start " << argv[0] << '\n';
    std::_Exit(127);
  }

  std::vector<std::string> contender_words() const {
    std::istringstream given(options_.word("contender", ""));
    std::vector<std::string> words;
    for (std::string word; given >> word;) words.push_back(word);
    for (const std::string name : {"workload", "consoles", "bytes", "line", "milliseconds"}) {
      words.insert(words.end(), {"--" + name, options_.word(name, "")});
    }
    words.insert(words.end(), {"--first-fd", std::to_string(masters_.front().fd()), "--start-fd",
                               std::to_string(start_.write.get())});
    return words;
  }

  /// Looks at a contender that has nothing to do, then ends it.
  void watch(pid_t contender) {
    const std::chrono::milliseconds window(options_.number("milliseconds"));
    std::this_thread::sleep_for(window);  // whatever the start and the hangups gave it to do
    const std::uint64_t before = cpu_time_of(contender);
    std::this_thread::sleep_for(window);
    const std::uint64_t after = cpu_time_of(contender);
    const Memory memory = memory_of(contender);
    Report report;
    report.add("idle_cpu_ns", after - before);
    report.add("window_ns", static_cast<std::uint64_t>(std::chrono::nanoseconds(window).count()));
    report.add("own_kib", memory.own);
    report.add("pss_kib", memory.proportional);
    report.add("peak_kib", memory.peak);
    std::cout << report.text();
    ::kill(contender, SIGKILL);
  }

  /// What the readers got. A contender that has written all is gone, but what it wrote is not.
  void collect() {
    Received all;
    for (std::size_t console = 0; console < masters_.size(); ++console) {
      Received one;
      if (::read(results_.read.get(), &one, sizeof one) != sizeof one) break;
      all.bytes += one.bytes;
      all.wrong += one.wrong;
    }
    Report report;
    report.add("received", all.bytes);
    report.add("received_wrong", all.wrong);
    std::cout << report.text();
  }

  /// All of them, so that the next run finds the machine quiet.
  void end_far_ends() {
    masters_.clear();
    over_.write.reset();
    while (::wait(nullptr) > 0) {
    }
  }

  const Options& options_;
  Pipe start_, go_, results_, over_;
  std::vector<Console> masters_;
};

}  // namespace
}  // namespace conq::bench

int main(int argc, char** argv) {
  // What a shell left open would stand between the masters.
  for (int fd = 3; fd < 256; ++fd) ::close(fd);
  try {
    const conq::bench::Options options(argc, argv);
    return conq::bench::Stage(options).run();
  } catch (const std::exception& error) {
    std::cerr << argv[0] << ": " << error.what() << '\n';
    return 1;
  }
}
