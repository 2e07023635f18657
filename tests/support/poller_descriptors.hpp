// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "tests/support/descriptors.hpp"

namespace conq::test {

/// Whether a poller that is gone leaves no descriptor of its own: libkqueue closes its own later.
template <class Poller>
bool poller_cleans_up_at_once() {
  static const bool at_once = [] {
    const auto before = open_descriptors();
    { const Poller first; }
    return open_descriptors() == before;
  }();
  return at_once;
}

/// A NoDescriptorLeak for a scope in which pollers live.
template <class Poller>
class NoPollerDescriptorLeak {
 private:
  std::optional<NoDescriptorLeak> no_leak_ = poller_cleans_up_at_once<Poller>()
                                                 ? std::optional<NoDescriptorLeak>(std::in_place)
                                                 : std::nullopt;
};

}  // namespace conq::test
