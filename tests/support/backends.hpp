// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "conq/conq.hpp"

namespace conq::test {

/// The types of one backend, for tests that are typed over the backends:
///
///   template <class On>
///   class Reading : public testing::Test { typename On::Poller poller; };
///   TYPED_TEST_SUITE(Reading, conq::test::Backends, conq::test::BackendNames);
template <class Backend>
struct On {
  using Poller = BasicPoller<Backend>;
  using Channel = BasicChannel<Backend>;
  using Console = BasicPolledConsole<Backend>;
  using Stream = BasicPolledStream<Backend>;
  using Process = BasicProcess<Backend>;
  using Relay = BasicRelay<Backend>;
  using ConsoleSocket = BasicConsoleSocket<Backend>;
};
using OnEpoll = On<EpollBackend>;
using OnKqueue = On<KqueueBackend>;

/// Those that were built; the list comes from the build.
using Backends = testing::Types<CONQ_TEST_BACKENDS>;

struct BackendNames {
  template <class T>
  static std::string GetName(int) {
    return std::is_same_v<T, OnEpoll> ? "Epoll" : "Kqueue";
  }
};

}  // namespace conq::test
