// SPDX-License-Identifier: Apache-2.0
#include "engine/slot_table.hpp"

namespace conq::detail {

std::uint64_t SlotTable::insert(Registration& registration, int fd) {
  if (fd >= 0 && static_cast<std::size_t>(fd) >= by_fd_.size()) {
    by_fd_.resize(static_cast<std::size_t>(fd) + 1, none);
  }
  if (free_.empty()) {
    // Room in the list of free slots first: erase() cannot fail.
    free_.reserve(slots_.size() + 1);
    slots_.emplace_back();
    free_.push_back(static_cast<std::uint32_t>(slots_.size() - 1));
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  slots_[index].registration = &registration;
  slots_[index].fd = fd;
  registration.slot = index;
  if (fd >= 0) by_fd_[static_cast<std::size_t>(fd)] = index;
  return token(registration);
}

std::uint64_t SlotTable::token(const Registration& registration) const noexcept {
  return std::uint64_t{slots_[registration.slot].generation} << 32U | registration.slot;
}

void SlotTable::erase(Registration& registration) noexcept {
  Slot& slot = slots_[registration.slot];
  slot.registration = nullptr;
  // 0 is left out, so that no token is 0.
  if (++slot.generation == 0) slot.generation = 1;
  free_.push_back(registration.slot);
  if (slot.fd >= 0) by_fd_[static_cast<std::size_t>(slot.fd)] = none;
}

Registration* SlotTable::find(std::uint64_t token) const noexcept {
  const auto index = static_cast<std::uint32_t>(token);
  if (index >= slots_.size()) return nullptr;
  const Slot& slot = slots_[index];
  return slot.generation == token >> 32U ? slot.registration : nullptr;
}

Registration* SlotTable::find_fd(int fd) const noexcept {
  if (fd < 0 || static_cast<std::size_t>(fd) >= by_fd_.size()) return nullptr;
  const std::uint32_t index = by_fd_[static_cast<std::size_t>(fd)];
  return index == none ? nullptr : slots_[index].registration;
}

}  // namespace conq::detail
