// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/epoll.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>

#include "tests/simulation/kernel/dialect.hpp"
#include "tests/simulation/kernel/kqueue.hpp"
#include "tests/simulation/kernel/process.hpp"
#include "tests/simulation/kernel/pty.hpp"
#include "tests/simulation/kernel/stream.hpp"

namespace conq::sim {

/// Descriptors of the simulation start here; those below are the host's.
inline constexpr int first_descriptor = 1000;
/// And its processes here, beyond what the host gives.
inline constexpr pid_t first_pid = 100000001;

/// What goes wrong in normal life, asked for at each system call.
struct Faults {
  /// By a signal: a call on this file.
  std::function<bool(const File&)> interrupted = [](const File&) { return false; };
  /// The most bytes this read or write of the file moves.
  std::function<std::size_t(const File&, std::size_t)> at_most = [](const File&, std::size_t size) {
    return size;
  };
  /// While a read of this master has found no output, and has not looked at the hangup yet.
  std::function<void(PtyMaster&)> amid_read = [](PtyMaster&) {};
  /// A wait for a condition variable ends though nobody was told.
  std::function<bool()> spurious = [] { return false; };
  /// Alters what a kevent(2) or epoll_wait(2) is about to give.
  std::function<void(std::vector<Kevent>&)> events = [](std::vector<Kevent>&) {};
  std::function<void(std::vector<epoll_event>&)> epoll_events = [](std::vector<epoll_event>&) {};
};

/// Is told what read(2) and write(2) of our process did; the address is the caller's.
struct Observer {
  using Seen = std::function<void(File& file, const char* at, const Result& result)>;
  Seen read = [](File&, const char*, const Result&) {};
  Seen wrote = [](File&, const char*, const Result&) {};
};

struct Counts {
  std::uint64_t calls = 0;             ///< system calls
  std::uint64_t waits = 0;             ///< kevent(2) and epoll_wait(2) that gave events
  std::uint64_t activations = 0;       ///< edges that a queue was told of
  std::uint64_t vain_activations = 0;  ///< of these, by reads and writes that got nowhere
};

/// A kernel with one process that runs us, and simulated children. Its functions are the system
/// calls; an errno is in the Result. Needs lock() around each.
class Kernel {
 public:
  explicit Kernel(const Dialect& dialect);
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;
  ~Kernel();

  /// The one that the product's system calls go to.
  static Kernel& current();
  /// Makes `kernel` that one; null: the program's own again.
  static void set_current(Kernel* kernel);

  const Dialect& dialect() const { return dialect_; }
  std::mutex& mutex() { return mutex_; }

  // Descriptors
  /// The new descriptor; EMFILE at the limit.
  Result install(const std::shared_ptr<File>& file, bool close_on_exec);
  std::shared_ptr<File> find(int fd) const;
  bool close_on_exec(int fd) const { return descriptors_.at(fd).close_on_exec; }
  void set_close_on_exec(int fd, bool on) { descriptors_.at(fd).close_on_exec = on; }
  int close(int fd);
  void release(const std::shared_ptr<File>& file);
  std::size_t open_descriptors() const { return descriptors_.size(); }
  std::size_t descriptor_limit = 100000;

  Result read(int fd, std::span<char> into);
  Result write(int fd, std::span<const char> from);

  // Terminals
  /// `flags` are those of open(2).
  Result open_master(int flags);
  /// A slave by its path; ENOENT where there is none such.
  Result open(std::string_view path, int flags);
  std::shared_ptr<PtySlave> open_slave(const std::shared_ptr<Pty>& pty);
  /// The terminal behind a descriptor; none for anything else.
  std::shared_ptr<Pty> terminal(int fd) const;
  bool is_master(int fd) const;
  bool is_alias(int fd) const;
  std::weak_ptr<Pty> controlling_terminal;  ///< of our process: /dev/tty
  int refuses_watch(const File& file, FilterKind filter) const;

  // Streams
  Result make_pipe(int (&ends)[2], bool non_blocking, bool close_on_exec);
  Result make_sockets(int (&ends)[2], int type, bool non_blocking, bool close_on_exec);

  // Processes
  /// A child with `descriptors` of ours under the numbers 0, 1, ...
  std::map<std::string, std::deque<Step>> programs;  ///< what exec(2) finds
  Process& spawn(std::deque<Step> steps, std::span<const int> descriptors);
  /// A child as fork(2) makes it, with all that is inherited; `exec`: without close-on-exec ones.
  Process& fork_child(std::deque<Step> steps, bool exec);
  std::shared_ptr<Process> find_process(pid_t pid) const;
  Result reap(pid_t pid, int& status);
  /// Lets the children go on until none can. After each system call.
  void settle();

  void queue_made(Kqueue& queue) { queues_.insert(&queue); }
  void queue_gone(Kqueue& queue) { queues_.erase(&queue); }

  // Time and waiting
  using Clock = std::chrono::steady_clock;
  using Deadline = std::optional<Clock::time_point>;
  /// Waits until `holds`; false at the deadline. `lock` is the one of mutex().
  bool block(std::unique_lock<std::mutex>& lock, const std::function<bool()>& holds,
             Deadline deadline);
  /// Something changed that a blocked call may wait for.
  void changed() { changed_.notify_all(); }

  Faults faults;
  Observer observer;
  Counts counts;

 private:
  struct Descriptor {
    std::shared_ptr<File> file;
    bool close_on_exec = false;
  };

  const Dialect dialect_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<int, Descriptor> descriptors_;
  std::map<int, std::weak_ptr<Pty>> ptys_;
  std::map<pid_t, std::shared_ptr<Process>> processes_;
  std::set<Kqueue*> queues_;
  pid_t next_pid_ = first_pid;
  bool settling_ = false;
};

}  // namespace conq::sim
