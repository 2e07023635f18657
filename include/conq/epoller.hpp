// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "conq/console_socket.hpp"
#include "conq/poller.hpp"
#include "conq/process.hpp"
#include "conq/relay.hpp"

namespace conq {

using Epoller = BasicPoller<EpollBackend>;
using EpollConsole = BasicPolledConsole<EpollBackend>;
using EpollStream = BasicPolledStream<EpollBackend>;
using EpollProcess = BasicProcess<EpollBackend>;
using EpollRelay = BasicRelay<EpollBackend>;
using EpollConsoleSocket = BasicConsoleSocket<EpollBackend>;

extern template class BasicChannel<EpollBackend>;
extern template class BasicPolledStream<EpollBackend>;
extern template class BasicPolledConsole<EpollBackend>;
extern template class BasicPoller<EpollBackend>;
extern template class BasicProcess<EpollBackend>;
extern template class BasicRelay<EpollBackend>;
extern template class BasicConsoleSocket<EpollBackend>;

}  // namespace conq
