// SPDX-License-Identifier: Apache-2.0
#include "backend/epoll.hpp"
#include "tests/unit/backend/make_backend.hpp"

namespace conq::test {

template <>
std::unique_ptr<detail::Backend> make_backend<OnEpoll>(std::error_code& ec) {
  return std::make_unique<EpollBackend>(ec);
}

}  // namespace conq::test
