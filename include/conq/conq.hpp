// SPDX-License-Identifier: Apache-2.0
#pragma once

// All of conq, with the platform's own backend.

#include "conq/epoller.hpp"
#include "conq/kqueuer.hpp"
#include "conq/pty.hpp"

namespace conq {

using Poller = BasicPoller<NativeBackend>;
using Channel = BasicChannel<NativeBackend>;
using PolledConsole = BasicPolledConsole<NativeBackend>;
using PolledStream = BasicPolledStream<NativeBackend>;
using Process = BasicProcess<NativeBackend>;
using Relay = BasicRelay<NativeBackend>;
using ConsoleSocket = BasicConsoleSocket<NativeBackend>;

}  // namespace conq
