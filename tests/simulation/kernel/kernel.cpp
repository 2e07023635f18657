// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/kernel/kernel.hpp"

#include <fcntl.h>

#include <algorithm>

#include "tests/simulation/kernel/scheduler.hpp"

namespace conq::sim {
namespace {

Kernel* chosen = nullptr;

}  // namespace

Kernel::Kernel(const Dialect& dialect) : dialect_(dialect) {}

Kernel::~Kernel() {
  // Queues say good-bye to the kernel, so they go while it is whole.
  while (!descriptors_.empty()) close(descriptors_.begin()->first);
  processes_.clear();
}

Kernel& Kernel::current() {
  // Never destroyed: what is static in a test may still close descriptors at the program's end.
  static auto* const own = new Kernel(built_dialect());
  return chosen != nullptr ? *chosen : *own;
}

void Kernel::set_current(Kernel* kernel) { chosen = kernel; }

Result Kernel::install(const std::shared_ptr<File>& file, bool close_on_exec) {
  if (descriptors_.size() >= descriptor_limit) return Result::failure(EMFILE);
  int fd = first_descriptor;
  for (const auto& [used, descriptor] : descriptors_) {
    if (used != fd) break;
    ++fd;
  }
  ++file->references;
  descriptors_[fd] = {file, close_on_exec};
  return {fd, 0};
}

std::shared_ptr<File> Kernel::find(int fd) const {
  const auto found = descriptors_.find(fd);
  return found == descriptors_.end() ? nullptr : found->second.file;
}

int Kernel::close(int fd) {
  const auto found = descriptors_.find(fd);
  if (found == descriptors_.end()) return EBADF;
  const std::shared_ptr<File> file = found->second.file;
  descriptors_.erase(found);
  if (dialect_.close_removes) {
    for (Kqueue* queue : queues_) queue->descriptor_closed(fd);
  }
  release(file);
  return 0;
}

void Kernel::release(const std::shared_ptr<File>& file) {
  if (--file->references > 0) return;
  file->forget_watchers();
  file->closed();
}

Result Kernel::read(int fd, std::span<char> into) {
  const std::shared_ptr<File> file = find(fd);
  if (file == nullptr) return Result::failure(EBADF);
  if (faults.interrupted(*file)) return Result::failure(EINTR);
  const std::uint64_t before = counts.activations;
  const std::size_t most = faults.at_most(*file, into.size());
  const Result result = file->read(into.first(most));
  // As if the rest came up behind this read only by then.
  if (most < into.size() && dialect_.rest_wakes_read) file->tell(true, false);
  if (result.count <= 0) counts.vain_activations += counts.activations - before;
  observer.read(*file, into.data(), result);
  return result;
}

Result Kernel::write(int fd, std::span<const char> from) {
  const std::shared_ptr<File> file = find(fd);
  if (file == nullptr) return Result::failure(EBADF);
  if (faults.interrupted(*file)) return Result::failure(EINTR);
  const std::uint64_t before = counts.activations;
  const Result result = file->write(from.first(faults.at_most(*file, from.size())));
  if (result.count <= 0) counts.vain_activations += counts.activations - before;
  observer.wrote(*file, from.data(), result);
  return result;
}

Result Kernel::open_master(int flags) {
  std::erase_if(ptys_, [](const auto& each) { return each.second.expired(); });
  int number = 0;
  while (ptys_.contains(number)) ++number;
  const auto pty = std::make_shared<Pty>(dialect_, number);
  const auto master = std::make_shared<PtyMaster>(pty);
  master->non_blocking = (flags & O_NONBLOCK) != 0;
  const Result opened = install(master, (flags & O_CLOEXEC) != 0);
  if (opened.error == 0) ptys_[number] = pty;
  return opened;
}

Result Kernel::open(std::string_view path, int flags) {
  const bool alias = path == "/dev/tty";
  const std::shared_ptr<Pty> controlling = controlling_terminal.lock();
  for (const auto& [number, pty] : ptys_) {
    const std::shared_ptr<Pty> found = pty.lock();
    if (found == nullptr || (alias ? found != controlling : found->slave_path() != path)) continue;
    if (found->master == nullptr) return Result::failure(EIO);
    if (found->forbidden && !alias) return Result::failure(EACCES);
    if (descriptors_.size() >= descriptor_limit) return Result::failure(EMFILE);
    const std::shared_ptr<PtySlave> slave = open_slave(found);
    slave->non_blocking = (flags & O_NONBLOCK) != 0;
    slave->access = flags & O_ACCMODE;
    slave->alias = alias;
    return install(slave, (flags & O_CLOEXEC) != 0);
  }
  return Result::failure(alias ? ENXIO : ENOENT);
}

std::shared_ptr<PtySlave> Kernel::open_slave(const std::shared_ptr<Pty>& pty) {
  return std::make_shared<PtySlave>(pty);
}

std::shared_ptr<Pty> Kernel::terminal(int fd) const {
  const std::shared_ptr<File> file = find(fd);
  if (const auto* master = dynamic_cast<PtyMaster*>(file.get())) return master->pty;
  if (const auto* slave = dynamic_cast<PtySlave*>(file.get())) return slave->pty;
  return nullptr;
}

bool Kernel::is_master(int fd) const { return dynamic_cast<PtyMaster*>(find(fd).get()) != nullptr; }

bool Kernel::is_alias(int fd) const {
  const auto slave = std::dynamic_pointer_cast<PtySlave>(find(fd));
  return slave != nullptr && slave->alias;
}

int Kernel::refuses_watch(const File& file, FilterKind filter) const {
  const bool queue = dynamic_cast<const Kqueue*>(&file) != nullptr;
  if (queue && (filter == FilterKind::write || !dialect_.pollable_queue)) return EINVAL;
  const auto* slave = dynamic_cast<const PtySlave*>(&file);
  if (slave != nullptr && slave->alias && dialect_.dev_tty_refused) return EINVAL;
  return 0;
}

namespace {

Result install_pair(Kernel& kernel, const StreamEnd::Pair& pair, int (&ends)[2], bool non_blocking,
                    bool close_on_exec) {
  pair.first->non_blocking = pair.second->non_blocking = non_blocking;
  const Result first = kernel.install(pair.first, close_on_exec);
  if (first.error != 0) return first;
  ends[0] = static_cast<int>(first.count);
  const Result second = kernel.install(pair.second, close_on_exec);
  if (second.error != 0) {
    kernel.close(ends[0]);
    return second;
  }
  ends[1] = static_cast<int>(second.count);
  return {};
}

}  // namespace

Result Kernel::make_pipe(int (&ends)[2], bool non_blocking, bool close_on_exec) {
  return install_pair(*this, StreamEnd::make_pipe(), ends, non_blocking, close_on_exec);
}

Result Kernel::make_sockets(int (&ends)[2], int type, bool non_blocking, bool close_on_exec) {
  return install_pair(*this, StreamEnd::make_sockets(type), ends, non_blocking, close_on_exec);
}

Process& Kernel::spawn(std::deque<Step> steps, std::span<const int> descriptors) {
  const auto process = std::make_shared<Process>(*this, next_pid_++, std::move(steps));
  int number = 0;
  for (const int fd : descriptors) process->give(number++, find(fd));
  processes_[process->pid] = process;
  return *process;
}

Process& Kernel::fork_child(std::deque<Step> steps, bool exec) {
  const auto process = std::make_shared<Process>(*this, next_pid_++, std::move(steps));
  for (const auto& [fd, descriptor] : descriptors_) {
    const bool queue = dynamic_cast<Kqueue*>(descriptor.file.get()) != nullptr;
    if ((exec && descriptor.close_on_exec) || (queue && !dialect_.inherited_over_fork)) continue;
    process->give(fd, descriptor.file);
  }
  processes_[process->pid] = process;
  return *process;
}

std::shared_ptr<Process> Kernel::find_process(pid_t pid) const {
  const auto found = processes_.find(pid);
  return found == processes_.end() ? nullptr : found->second;
}

Result Kernel::reap(pid_t pid, int& status) {
  const std::shared_ptr<Process> process = find_process(pid);
  if (process == nullptr) return Result::failure(ECHILD);
  if (!process->ended()) return {};
  status = process->status();
  process->reaped();
  processes_.erase(pid);
  return {pid, 0};
}

void Kernel::settle() {
  if (settling_) return;
  settling_ = true;
  for (bool any = true; any;) {
    any = false;
    const auto children = processes_;
    for (const auto& [pid, process] : children) {
      process->notice_hangup();
      any = process->advance() || any;
    }
  }
  settling_ = false;
  changed();
}

bool Kernel::block(std::unique_lock<std::mutex>& lock, const std::function<bool()>& holds,
                   Deadline deadline) {
  if (Scheduler::here()) return Scheduler::wait(holds, deadline);
  if (!deadline) {
    changed_.wait(lock, holds);
    return true;
  }
  return changed_.wait_until(lock, *deadline, holds);
}

}  // namespace conq::sim
