// SPDX-License-Identifier: Apache-2.0
#include "backend/kqueue.hpp"
#include "console_socket/console_socket_impl.hpp"

namespace conq {

template class BasicConsoleSocket<KqueueBackend>;

}  // namespace conq
