// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "conq/console_socket.hpp"
#include "conq/poller.hpp"
#include "conq/process.hpp"
#include "conq/relay.hpp"

namespace conq {

using Kqueuer = BasicPoller<KqueueBackend>;
using KqueueConsole = BasicPolledConsole<KqueueBackend>;
using KqueueStream = BasicPolledStream<KqueueBackend>;
using KqueueProcess = BasicProcess<KqueueBackend>;
using KqueueRelay = BasicRelay<KqueueBackend>;
using KqueueConsoleSocket = BasicConsoleSocket<KqueueBackend>;

extern template class BasicChannel<KqueueBackend>;
extern template class BasicPolledStream<KqueueBackend>;
extern template class BasicPolledConsole<KqueueBackend>;
extern template class BasicPoller<KqueueBackend>;
extern template class BasicProcess<KqueueBackend>;
extern template class BasicRelay<KqueueBackend>;
extern template class BasicConsoleSocket<KqueueBackend>;

}  // namespace conq
