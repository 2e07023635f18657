// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace conq::detail {

/// A doubly linked list through two pointers and a flag of its elements, so that putting something
/// on a list never allocates, and taking it off needs no search. Owns nothing.
template <class T, T* T::*previous, T* T::*next, bool T::*listed>
class IntrusiveList {
 public:
  bool empty() const noexcept { return first_ == nullptr; }
  std::size_t size() const noexcept { return size_; }
  T* front() const noexcept { return first_; }

  /// Does nothing if `element` is listed.
  void push_back(T& element) noexcept {
    if (element.*listed) return;
    element.*listed = true;
    element.*previous = last_;
    element.*next = nullptr;
    (last_ == nullptr ? first_ : last_->*next) = &element;
    last_ = &element;
    ++size_;
  }

  /// Does nothing if `element` is not listed.
  void remove(T& element) noexcept {
    if (!(element.*listed)) return;
    element.*listed = false;
    T* const before = element.*previous;
    T* const after = element.*next;
    (before == nullptr ? first_ : before->*next) = after;
    (after == nullptr ? last_ : after->*previous) = before;
    --size_;
  }

 private:
  T* first_ = nullptr;
  T* last_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace conq::detail
