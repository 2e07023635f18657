// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/epoll.h>

#include <deque>
#include <map>

#include "tests/simulation/kernel/file.hpp"

namespace conq::sim {

class Kernel;

/// epoll(7), edge-triggered or not.
class Epoll final : public File {
 public:
  explicit Epoll(Kernel& kernel);
  ~Epoll() override;

  /// As epoll_ctl(2); 0 or an errno.
  int control(int operation, int fd, const std::shared_ptr<File>& file, const epoll_event* event);
  std::vector<epoll_event> collect(std::size_t room);
  bool has_events() const;
  std::size_t registrations() const { return entries_.size(); }

  Result read(std::span<char>) override { return Result::failure(EINVAL); }
  Result write(std::span<const char>) override { return Result::failure(EINVAL); }
  State state() const override;

 private:
  struct Entry;
  int add(int fd, File& file, const epoll_event& event);
  int modify(Entry& entry, const epoll_event& event);
  /// Whether `other` is in it, or in a queue that is.
  bool contains(const Epoll& other) const;
  using Key = std::pair<int, const File*>;
  static std::uint32_t mask_of(const Entry& entry);
  void make_ready(Entry& entry);

  Kernel& kernel_;
  std::map<Key, std::unique_ptr<Entry>> entries_;
  std::deque<Entry*> ready_;
};

/// eventfd(2).
class EventFd final : public File {
 public:
  explicit EventFd(std::uint64_t count) : count_(count) {}
  Result read(std::span<char> into) override;
  Result write(std::span<const char> from) override;
  State state() const override;

 private:
  std::uint64_t count_;
};

}  // namespace conq::sim
