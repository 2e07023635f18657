// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <initializer_list>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include "conq/conq.hpp"
#include "tests/faults/faults.hpp"
#include "tests/support/read_until.hpp"

namespace conq::test {

/// Which of its two forms of each call a scenario uses.
enum class Form { throwing, error_code };

/// What the text of an error may begin with.
class Says {
 public:
  constexpr Says(std::initializer_list<std::string_view> any) noexcept  // NOLINT: given as a list
      : any_(any.begin(), any.size()) {}
  constexpr Says(std::span<const std::string_view> any) noexcept : any_(any) {}  // NOLINT: likewise

  bool allow(std::string_view text) const noexcept {
    return std::any_of(any_.begin(), any_.end(),
                       [&](std::string_view begin) { return text.starts_with(begin); });
  }

 private:
  std::span<const std::string_view> any_;
};

/// A call of conq's has failed, as Stage noted: the scenario ends.
struct Ended {};

/// What the handler of one operation was told, and the room it may read into. Lives as long as its
/// handler, whatever becomes of the scenario.
struct Answer {
  bool started = false;
  int calls = 0;
  std::error_code error;
  std::size_t count = 0;
  std::array<std::byte, 4096> room{};
};

/// The handler that notes it all in `answer`.
inline auto into(std::shared_ptr<Answer> answer) {
  return [answer = std::move(answer)](std::error_code error, std::size_t count) {
    ++answer->calls;
    answer->error = error;
    answer->count = count;
  };
}
/// The same for bytes that are lent.
inline auto into_lent(std::shared_ptr<Answer> answer) {
  return [answer = std::move(answer)](std::error_code error, std::span<const std::byte> bytes) {
    ++answer->calls;
    answer->error = error;
    answer->count = std::min(bytes.size(), answer->room.size());
    std::copy_n(bytes.begin(), answer->count, answer->room.begin());
  };
}

/// What a scenario plays on: makes conq's calls in either form, and notes how the first one that
/// fails has failed.
class Stage {
 public:
  explicit Stage(Form form) : form_(form) {}

  /// Makes `call(ec...)`, with an error_code in that form and with nothing in the other. Where that
  /// throws, its text has to be one of `says`, of the error alone, or of that and a console's name.
  /// Throws Ended if it fails.
  template <class F>
  auto call(Says says, F call);

  /// A call that has one form, which throws std::bad_alloc.
  template <class F>
  void allocate(F call);

  /// A call that has to fail, with `expected`: by that the scenario goes on.
  template <class F>
  void refused(std::error_code expected, Says says, F call);

  /// The same for what a handler was told.
  void told(std::error_code ec);
  /// The same for an exception that left a coroutine.
  void left(const std::exception_ptr& failure, Says says);

  /// Serves until `holds`, and looks at that every `interval` at least; fails the test at the
  /// deadline.
  template <class Predicate>
  void serve_until(Predicate holds, std::chrono::nanoseconds interval = deadline);

  /// What an asynchronous operation will tell: it has to be told once, at the latest when the
  /// poller goes.
  std::shared_ptr<Answer> expect_answer();
  const std::vector<std::shared_ptr<Answer>>& answers() const noexcept { return answers_; }

  /// The first error; none if all calls succeeded.
  std::error_code error() const noexcept { return error_; }
  const std::string& text() const noexcept { return text_; }
  Form form() const noexcept { return form_; }

  /// The poller of the scenario, which has to be of use afterwards.
  void make_poller();
  void use_poller_of(const Stage& other) noexcept { poller_ = other.poller_; }
  bool has_poller() const noexcept { return poller_ != nullptr; }
  Epoller& poller() noexcept { return *poller_; }
  /// The end of the poller; what it has to tell, it tells now.
  void drop_poller() noexcept;

 private:
  [[noreturn]] void end(std::error_code error, std::string_view text, Says says);
  void note(std::error_code error, std::string_view text, Says says);

  const Form form_;
  std::error_code error_;
  std::string text_;
  std::vector<std::shared_ptr<Answer>> answers_;
  Epoller* poller_ = nullptr;

  /// Last, so that what it still tells when it goes finds the rest.
  std::optional<Epoller> own_poller_;
};

template <class F>
auto Stage::call(Says says, F call) {
  if (form_ == Form::throwing) {
    try {
      return call();
    } catch (const Error& error) {
      end(error.code(), error.what(), says);
    } catch (const std::bad_alloc&) {
      end(std::make_error_code(std::errc::not_enough_memory), {}, says);
    }
  }
  // A success has to clear it.
  std::error_code ec = errc::timed_out;
  if constexpr (std::is_void_v<decltype(call())>) {
    call(ec);
    if (ec) end(ec, {}, says);
  } else {
    auto result = call(ec);
    if (ec) end(ec, {}, says);
    return result;
  }
}

template <class F>
void Stage::allocate(F call) {
  try {
    call();
  } catch (const std::bad_alloc&) {
    end(std::make_error_code(std::errc::not_enough_memory), {}, {});
  }
}

template <class F>
void Stage::refused(std::error_code expected, Says says, F call) {
  try {
    this->call(says, call);
    ADD_FAILURE() << "not refused: " << expected.message();
  } catch (const Ended&) {
    if (error_ != expected) throw;
    error_.clear();
    text_.clear();
  }
}

template <class Predicate>
void Stage::serve_until(Predicate holds, std::chrono::nanoseconds interval) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= end) {
      ADD_FAILURE() << "served in vain";
      throw Ended();
    }
    call({"wait on the console queue"},
         [&](auto&... ec) { return poller().wait_for(interval, ec...); });
  }
}

}  // namespace conq::test
