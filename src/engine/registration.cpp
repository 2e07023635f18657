// SPDX-License-Identifier: Apache-2.0
#include "engine/registration.hpp"

#include "engine/engine.hpp"

namespace conq::detail {

void Direction::push(Operation& operation) noexcept {
  operation.next = nullptr;
  operation.queued = true;
  (tail == nullptr ? head : tail->next) = &operation;
  tail = &operation;
}

void Direction::push_front(Operation& operation) noexcept {
  operation.next = head;
  operation.queued = true;
  head = &operation;
  if (tail == nullptr) tail = &operation;
}

void Direction::remove(Operation& operation) noexcept {
  Operation* before = nullptr;
  for (Operation* each = head; each != &operation; each = each->next) before = each;
  (before == nullptr ? head : before->next) = operation.next;
  if (tail == &operation) tail = before;
  operation.next = nullptr;
  operation.queued = false;
}

Operation* Direction::asynchronous() const noexcept {
  Operation* each = head;
  while (each != nullptr && each->waiter == Waiter::caller) each = each->next;
  return each;
}

Registration::Registration(std::shared_ptr<Engine> its_engine, Kind its_kind) noexcept
    : engine(std::move(its_engine)), kind(its_kind) {}

}  // namespace conq::detail
