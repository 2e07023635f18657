// SPDX-License-Identifier: Apache-2.0
#include "relay/relay_impl.hpp"

namespace conq {

template class BasicRelay<EpollBackend>;

}  // namespace conq
