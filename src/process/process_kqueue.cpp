// SPDX-License-Identifier: Apache-2.0
#include "backend/kqueue.hpp"
#include "process/process_impl.hpp"

namespace conq {

template class BasicProcess<KqueueBackend>;

}  // namespace conq
