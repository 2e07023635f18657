// SPDX-License-Identifier: Apache-2.0
#include "backend/epoll.hpp"
#include "console_socket/console_socket_impl.hpp"

namespace conq {

template class BasicConsoleSocket<EpollBackend>;

}  // namespace conq
