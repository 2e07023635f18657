// SPDX-License-Identifier: Apache-2.0
#include "backend/epoll.hpp"
#include "engine/poller_impl.hpp"

namespace conq {

template class BasicChannel<EpollBackend>;
template class BasicPolledStream<EpollBackend>;
template class BasicPolledConsole<EpollBackend>;
template class BasicPoller<EpollBackend>;

}  // namespace conq
