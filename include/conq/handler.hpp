// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <system_error>
#include <type_traits>
#include <utility>

namespace conq {

/// A function to be called once with `Args`: owns whatever callable it was made from. Move-only, so
/// that a callable may own descriptors, buffers or a coroutine.
///
/// A callable of at most four pointers that moves without throwing lives inside and costs no
/// allocation. A larger one costs one (std::bad_alloc). A null function pointer and an empty
/// std::function make an empty one, which operations refuse (std::errc::invalid_argument).
template <class... Args>
class Handler {
 public:
  Handler() noexcept = default;
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, Handler> &&
           std::is_invocable_v<std::decay_t<F>&, Args...>)
      Handler(F&& callable) {  // NOLINT(google-explicit-constructor): handlers are given as lambdas
    using Stored = std::decay_t<F>;
    if (is_null<Stored>(callable)) return;
    if constexpr (sizeof(Stored) <= sizeof(room_) && alignof(Stored) <= alignof(void*) &&
                  std::is_nothrow_move_constructible_v<Stored>) {
      ::new (static_cast<void*>(&room_)) Stored(std::forward<F>(callable));
      kind_ = &inside<Stored>;
    } else {
      ::new (static_cast<void*>(&room_)) Stored*(new Stored(std::forward<F>(callable)));
      kind_ = &outside<Stored>;
    }
  }
  Handler(Handler&& other) noexcept { take(other); }
  Handler& operator=(Handler&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  ~Handler() { reset(); }

  explicit operator bool() const noexcept { return kind_ != nullptr; }
  /// Calls the callable. An empty one does nothing.
  void operator()(Args... args) {
    if (kind_ != nullptr) kind_->call(&room_, std::forward<Args>(args)...);
  }
  /// Drops the callable and what it owns.
  void reset() noexcept {
    if (kind_ != nullptr) std::exchange(kind_, nullptr)->destroy(&room_);
  }

 private:
  /// Not asked of a lambda, which is comparable as it converts to a function pointer.
  template <class Stored>
  static bool is_null(const Stored& callable) noexcept {
    if constexpr (!std::is_empty_v<Stored> && requires { callable == nullptr; }) {
      return callable == nullptr;
    } else {
      return false;
    }
  }

  struct Kind {
    void (*call)(void* room, Args... args);
    void (*move)(void* from, void* to) noexcept;
    void (*destroy)(void* room) noexcept;
  };

  template <class Stored>
  static constexpr Kind inside{
      [](void* room, Args... args) { (*static_cast<Stored*>(room))(std::forward<Args>(args)...); },
      [](void* from, void* to) noexcept {
        auto* stored = static_cast<Stored*>(from);
        ::new (to) Stored(std::move(*stored));
        stored->~Stored();
      },
      [](void* room) noexcept { static_cast<Stored*>(room)->~Stored(); }};

  template <class Stored>
  static constexpr Kind outside{
      [](void* room, Args... args) {
        (**static_cast<Stored**>(room))(std::forward<Args>(args)...);
      },
      [](void* from, void* to) noexcept { ::new (to) Stored*(*static_cast<Stored**>(from)); },
      [](void* room) noexcept { delete *static_cast<Stored**>(room); }};

  void take(Handler& other) noexcept {
    if (other.kind_ == nullptr) return;
    other.kind_->move(&other.room_, &room_);
    kind_ = std::exchange(other.kind_, nullptr);
  }

  struct Room {
    alignas(void*) std::byte bytes[4 * sizeof(void*)];
  };
  const Kind* kind_ = nullptr;
  Room room_;
};

/// Told the outcome of a read or write: the error, and the number of bytes moved. A read that moved
/// 0 bytes without an error has ended.
using IoHandler = Handler<std::error_code, std::size_t>;

/// Told the outcome of a read, with the bytes; they are lent for the time of the call.
using LentHandler = Handler<std::error_code, std::span<const std::byte>>;

}  // namespace conq
