// SPDX-License-Identifier: Apache-2.0
#include "backend/epoll.hpp"
#include "process/process_impl.hpp"

namespace conq {

template class BasicProcess<EpollBackend>;

}  // namespace conq
