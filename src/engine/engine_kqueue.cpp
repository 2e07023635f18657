// SPDX-License-Identifier: Apache-2.0
#include "backend/kqueue.hpp"
#include "engine/poller_impl.hpp"

namespace conq {

template class BasicChannel<KqueueBackend>;
template class BasicPolledStream<KqueueBackend>;
template class BasicPolledConsole<KqueueBackend>;
template class BasicPoller<KqueueBackend>;

}  // namespace conq
