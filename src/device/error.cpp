// SPDX-License-Identifier: Apache-2.0
#include "conq/error.hpp"

#include <new>

#include "device/throwing.hpp"

namespace conq {
namespace {

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "conq"; }
  std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
      case errc::not_a_console:
        return "not a terminal device";
      case errc::closed:
        return "already closed";
      case errc::shut_down:
        return "shut down";
      case errc::hung_up:
        return "hung up";
      case errc::not_registered:
        return "not on this queue";
      case errc::already_registered:
        return "already on a queue";
      case errc::timed_out:
        return "timed out";
      case errc::forked:
        return "on a queue of the parent process";
      case errc::foreign_peer:
        return "the peer is another user";
      case errc::no_descriptor:
        return "the peer has sent no descriptor";
      case errc::several_descriptors:
        return "the peer has sent more than one descriptor";
      case errc::descriptor_lost:
        return "the descriptor that the peer has sent was lost; are too many open?";
      case errc::not_a_pty_master:
        return "not a pty master, open for reading and writing";
    }
    return "unknown conq error " + std::to_string(value);
  }
};

}  // namespace

const std::error_category& error_category() noexcept {
  static const Category category;
  return category;
}

namespace detail {

void throw_error(std::error_code ec, std::string_view operation, std::string_view name) {
  // As the C++ library tells it: the text of an Error would need memory, too.
  if (ec == std::make_error_code(std::errc::not_enough_memory)) throw std::bad_alloc();
  std::string what(operation);
  if (!name.empty()) what.append(" ").append(name);
  throw Error(ec, what);
}

}  // namespace detail
}  // namespace conq
