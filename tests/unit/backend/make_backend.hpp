// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <system_error>

#include "backend/backend.hpp"
#include "tests/support/backends.hpp"

namespace conq::test {

/// A backend by its test type; defined in a file for each backend, since not all can be built.
template <class On>
std::unique_ptr<detail::Backend> make_backend(std::error_code& ec);

template <>
std::unique_ptr<detail::Backend> make_backend<OnEpoll>(std::error_code& ec);
template <>
std::unique_ptr<detail::Backend> make_backend<OnKqueue>(std::error_code& ec);

}  // namespace conq::test
