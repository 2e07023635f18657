// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one place that maps a system to its backend, and the list of the systems that conq supports.

namespace conq {

class EpollBackend;
class KqueueBackend;

#if defined(__linux__) && !defined(CONQ_POLLER_IS_KQUEUE)
using NativeBackend = EpollBackend;
#elif defined(__linux__) || defined(__APPLE__) || defined(__FreeBSD__) || defined(__NetBSD__) || \
    defined(__OpenBSD__)
using NativeBackend = KqueueBackend;
#else
#error "conq runs on Linux, macOS, FreeBSD, NetBSD and OpenBSD"
#endif

}  // namespace conq
