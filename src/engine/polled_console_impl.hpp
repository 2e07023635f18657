// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a console on a queue can do besides reading and writing: passed on to its Console.

#include "engine/channel_impl.hpp"

namespace conq {
namespace detail {

/// Calls `use` with the console of `registration` unless that is closed.
template <class Use>
void pass_on(const std::shared_ptr<Registration>& registration, Use use,
             std::error_code& ec) noexcept {
  if (registration == nullptr) {
    ec = errc::closed;
  } else {
    registration->engine->with_console(*registration, use, ec);
  }
}

}  // namespace detail

template <class Backend>
std::string BasicPolledConsole<Backend>::name() const {
  return detail::name_of(this->registration_);
}

template <class Backend>
WinSize BasicPolledConsole<Backend>::size() const {
  std::error_code ec;
  const WinSize result = size(ec);
  detail::throw_if(ec, "get the size of", name());
  return result;
}

template <class Backend>
WinSize BasicPolledConsole<Backend>::size(std::error_code& ec) const noexcept {
  WinSize result;
  detail::pass_on(
      this->registration_, [&](const Console& console) { result = console.size(ec); }, ec);
  return result;
}

template <class Backend>
void BasicPolledConsole<Backend>::resize(WinSize size) {
  std::error_code ec;
  resize(size, ec);
  detail::throw_if(ec, "resize", name());
}

template <class Backend>
void BasicPolledConsole<Backend>::resize(WinSize size, std::error_code& ec) noexcept {
  detail::pass_on(
      this->registration_, [&](Console& console) { console.resize(size, ec); }, ec);
}

template <class Backend>
void BasicPolledConsole<Backend>::resize_from(const Console& other) {
  std::error_code ec;
  resize_from(other, ec);
  detail::throw_if(ec, "resize", name());
}

template <class Backend>
void BasicPolledConsole<Backend>::resize_from(const Console& other, std::error_code& ec) noexcept {
  detail::pass_on(
      this->registration_, [&](Console& console) { console.resize_from(other, ec); }, ec);
}

template <class Backend>
void BasicPolledConsole<Backend>::set_raw() {
  std::error_code ec;
  set_raw(ec);
  detail::throw_if(ec, "set raw mode of", name());
}

template <class Backend>
void BasicPolledConsole<Backend>::set_raw(std::error_code& ec) noexcept {
  detail::pass_on(
      this->registration_, [&](Console& console) { console.set_raw(ec); }, ec);
}

template <class Backend>
void BasicPolledConsole<Backend>::disable_echo() {
  std::error_code ec;
  disable_echo(ec);
  detail::throw_if(ec, "disable echo of", name());
}

template <class Backend>
void BasicPolledConsole<Backend>::disable_echo(std::error_code& ec) noexcept {
  detail::pass_on(
      this->registration_, [&](Console& console) { console.disable_echo(ec); }, ec);
}

template <class Backend>
void BasicPolledConsole<Backend>::reset() {
  std::error_code ec;
  reset(ec);
  detail::throw_if(ec, "reset", name());
}

template <class Backend>
void BasicPolledConsole<Backend>::reset(std::error_code& ec) noexcept {
  detail::pass_on(
      this->registration_, [&](Console& console) { console.reset(ec); }, ec);
}

}  // namespace conq
