// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/kernel/process.hpp"

#include <signal.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "tests/simulation/kernel/kernel.hpp"
#include "tests/simulation/kernel/pty.hpp"

namespace conq::sim {

void Process::give(int fd, const std::shared_ptr<File>& file) {
  ++file->references;
  files_[fd] = file;
}

PtySlave* Process::terminal_at(int fd) const {
  const auto file = files_.find(fd);
  return file == files_.end() ? nullptr : dynamic_cast<PtySlave*>(file->second.get());
}

bool Process::take(Step& step) {
  const auto file = files_.find(step.fd);
  PtySlave* const slave = terminal_at(step.fd);
  switch (step.kind) {
    case Step::Kind::write: {
      if (file == files_.end()) return true;
      const Result result = file->second->write(step.text);
      if (result.error == EAGAIN) return false;
      if (result.error != 0) return true;
      step.text.erase(0, static_cast<std::size_t>(result.count));
      return step.text.empty();
    }
    case Step::Kind::read: {
      if (file == files_.end()) return true;
      std::array<char, 4096> buffer{};
      const Result result =
          file->second->read(std::span(buffer).first(std::min(step.count, buffer.size())));
      if (result.error == EAGAIN) return false;
      if (result.count <= 0) return true;
      step.count -= static_cast<std::size_t>(result.count);
      return step.count == 0;
    }
    case Step::Kind::read_line: {
      std::array<char, 1> byte{};
      if (file == files_.end()) return true;
      const Result result = file->second->read(byte);
      if (result.error == EAGAIN) return false;
      if (result.count <= 0 || byte.front() == '\n') return true;
      ++step.count;
      return false;
    }
    case Step::Kind::set_raw:
      if (slave != nullptr) ::cfmakeraw(&slave->pty->settings);
      return true;
    case Step::Kind::set_quiet:
      if (slave != nullptr) slave->pty->settings.c_lflag &= ~static_cast<tcflag_t>(ECHO);
      return true;
    case Step::Kind::print_size:
      if (slave == nullptr) return true;
      step.text = std::to_string(slave->pty->size.ws_row) + " " +
                  std::to_string(slave->pty->size.ws_col) + "\n";
      step.kind = Step::Kind::write;
      return take(step);
    case Step::Kind::ignore_hangup:
      ignores_hangup_ = true;
      return true;
    case Step::Kind::set_non_blocking:
      if (file != files_.end()) file->second->non_blocking = true;
      return true;
    case Step::Kind::copy:
      return copy(step);
    case Step::Kind::close:
      if (file != files_.end()) {
        const std::shared_ptr<File> closed = file->second;
        files_.erase(file);
        kernel_.release(closed);
      }
      return true;
    case Step::Kind::revoke:
      if (slave != nullptr) slave->pty->revoke();
      return true;
    case Step::Kind::await:
      return std::exchange(told_, false);
    case Step::Kind::exit:
      return end(static_cast<int>(step.count) << 8);
  }
  return true;
}

bool Process::copy(Step& step) {
  const auto from = files_.find(step.fd);
  const auto into = files_.find(STDOUT_FILENO);
  if (from == files_.end() || into == files_.end()) return true;
  if (step.text.empty()) {
    std::array<char, 4096> buffer{};
    const Result got = from->second->read(buffer);
    if (got.error == EAGAIN) return false;
    if (got.count <= 0) return true;
    step.text.assign(buffer.data(), static_cast<std::size_t>(got.count));
    std::transform(step.text.begin(), step.text.end(), step.text.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
  }
  const Result put = into->second->write(step.text);
  if (put.error != 0) return put.error != EAGAIN;
  step.text.erase(0, static_cast<std::size_t>(put.count));
  // That it got on.
  step.count += static_cast<std::size_t>(put.count);
  return false;
}

bool Process::advance() {
  bool any = false;
  while (!ended_ && !steps_.empty()) {
    const std::size_t written = steps_.front().text.size();
    const std::size_t wanted = steps_.front().count;
    if (!take(steps_.front())) {
      const bool part = steps_.front().text.size() != written || steps_.front().count != wanted;
      any = any || part;
      if (part) continue;
      return any;
    }
    any = true;
    if (!ended_) steps_.pop_front();
  }
  return any;
}

void Process::kill(int signal) {
  if (ended_) return;
  // A signal ends the wait for the terminal, too.
  waited_ = true;
  end(signal);
}

void Process::notice_hangup() {
  if (!leads_session || ignores_hangup_ || ended_) return;
  for (const auto& [fd, file] : files_) {
    const auto* slave = dynamic_cast<const PtySlave*>(file.get());
    if (slave != nullptr && slave->pty->master == nullptr) {
      kill(SIGHUP);
      return;
    }
  }
}

bool Process::end(int status) {
  auto files = std::move(files_);
  files_.clear();
  for (auto& [fd, file] : files) {
    const auto slave = std::dynamic_pointer_cast<PtySlave>(file);
    if (leads_session && slave != nullptr) terminal_ = slave->pty;
    kernel_.release(file);
  }
  const Dialect& dialect = kernel_.dialect();
  if (terminal_ != nullptr && !waited_ && terminal_->master != nullptr) {
    const bool waits = dialect.leader_exit_waits && !terminal_->output.empty();
    if (waits || terminal_->draining) return false;
  }
  if (terminal_ != nullptr && dialect.leader_exit_revokes) terminal_->revoke();
  terminal_.reset();
  ended_ = true;
  status_ = status;
  tell(true, false);
  return true;
}

std::uint32_t Process::polled() const { return File::polled() | (reaped_ ? EPOLLHUP : 0U); }

State Process::state() const {
  State state;
  state.read.active = ended_;
  state.read.data = status_;
  return state;
}

}  // namespace conq::sim
