// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "engine/registration.hpp"

namespace conq::detail {

/// The registrations of a queue by token. A token is the index of a slot and the slot's generation,
/// so that an event of a registration that is gone finds nothing, whoever has its slot or its
/// descriptor by now. Guarded by the engine's lock; owns none of them.
class SlotTable {
 public:
  /// Makes place for `registration` and gives its token, which is never 0; find_fd() finds it by
  /// `fd`, if that is not -1. May throw std::bad_alloc.
  std::uint64_t insert(Registration& registration, int fd);
  void erase(Registration& registration) noexcept;
  std::uint64_t token(const Registration& registration) const noexcept;
  Registration* find(std::uint64_t token) const noexcept;
  Registration* find_fd(int fd) const noexcept;

  template <class Visit>
  void for_each(Visit visit) {
    for (Slot& slot : slots_) {
      if (slot.registration != nullptr) visit(*slot.registration);
    }
  }

 private:
  struct Slot {
    Registration* registration = nullptr;
    std::uint32_t generation = 1;
    int fd = -1;  ///< as it was found by then
  };
  static constexpr std::uint32_t none = UINT32_MAX;

  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> by_fd_;  ///< index of the slot that has this descriptor, or none
};

}  // namespace conq::detail
