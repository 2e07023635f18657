// SPDX-License-Identifier: Apache-2.0
#include "backend/kqueue.hpp"
#include "tests/unit/backend/make_backend.hpp"

namespace conq::test {

template <>
std::unique_ptr<detail::Backend> make_backend<OnKqueue>(std::error_code& ec) {
  return std::make_unique<KqueueBackend>(ec);
}

}  // namespace conq::test
