// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <utility>

#include "tests/simulation/kernel/dialect.hpp"
#include "tests/simulation/kernel/file.hpp"

namespace conq::sim {

enum class FilterKind { read, write, process, user };

/// struct kevent without the differences between the kernels.
struct Kevent {
  std::uint64_t ident = 0;
  FilterKind filter = FilterKind::read;
  bool add = false, remove = false, enable = false, disable = false, clear = false, once = false,
       receipt = false;
  bool trigger = false;  ///< NOTE_TRIGGER
  bool error = false, eof = false;
  std::int64_t data = 0;
  std::uint64_t udata = 0;
};

class Kernel;

class Kqueue final : public File {
 public:
  explicit Kqueue(Kernel& kernel);
  ~Kqueue() override;

  /// One change; 0 or an errno.
  int apply(const Kevent& change);
  /// At most `room` events that are there now.
  std::vector<Kevent> collect(std::size_t room);
  bool has_events() const { return !queued_.empty(); }
  void descriptor_closed(int fd);
  std::size_t knotes() const { return knotes_.size(); }

  Result read(std::span<char>) override { return Result::failure(ENXIO); }
  Result write(std::span<const char>) override { return Result::failure(ENXIO); }
  State state() const override;

 private:
  struct Knote;
  using Key = std::pair<std::uint64_t, FilterKind>;

  int attach(const Kevent& change);
  void activate(Knote& knote);
  Filter look(Knote& knote) const;

  Kernel& kernel_;
  std::map<Key, std::unique_ptr<Knote>> knotes_;
  std::deque<Knote*> queued_;
};

}  // namespace conq::sim
