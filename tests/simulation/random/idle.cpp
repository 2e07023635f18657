// SPDX-License-Identifier: Apache-2.0
// Nobody waits who could go on: asked of the simulated kernel each time that no thread can.

#include "tests/simulation/kernel/scheduler.hpp"
#include "tests/simulation/random/oracle.hpp"

namespace conq::sim::random {
namespace {

/// Where the kernel makes no event, the engine may ask at a slow rate.
constexpr std::chrono::seconds patience(6);
/// epoll_wait(2) counts in these.
constexpr std::chrono::milliseconds resolution(1);

}  // namespace

bool Oracle::could_read(const Side& side, bool& told) const {
  if (side.is_stream()) return side.file->state().read.active;
  if (!side.pty->output.empty()) return true;
  told = kernel_.dialect().hangup_wakes_read;
  return side.pty->hung_up() && side.hangup_ends;
}

bool Oracle::could_write(const Side& side, bool& told) const {
  if (side.is_stream()) return side.file->state().write.active;
  const Dialect& dialect = kernel_.dialect();
  const Pty& pty = *side.pty;
  if (!pty.ever_opened && !dialect.unopened_takes_writes) return false;
  if (pty.slaves.empty() && pty.draining) return false;
  if (pty.hung_up()) {
    told = dialect.hangup_wakes_write || dialect.hangup_wakes_read;
    return side.hangup_ends;
  }
  // A reopen that wakes nobody.
  told = dialect.open_wakes || !side.ever_hung_up;
  if (dialect.room_wakes_late && pty.input.size() > dialect.late_room) return false;
  return !pty.full();
}

bool Oracle::could_go_on(const Op& op, bool& told) const {
  const Side& side = *op.side;
  if (op.exit) {
    return side.process_over() && (side.shut_down || side.pty->output.empty());
  }
  if (side.shut_down || op.cancelled) return true;
  if (op.limit && Scheduler::now() > op.started + *op.limit + resolution) return true;
  return op.writes ? could_write(side, told) : could_read(side, told);
}

void Oracle::idle(bool served) {
  for (Side& each : sides) look(each);
  for (Op* each : open_) {
    Op& op = *each;
    if (op.asynchronous && !served) continue;
    bool told = true;
    if (!could_go_on(op, told)) {
      op.could_since.reset();
      continue;
    }
    const Time time = Scheduler::now();
    if (!op.could_since) op.could_since = time;
    if (!told && time - *op.could_since < patience) continue;
    fail(told ? "nothing waits while it could go on"
              : "what no event tells of is found after a while",
         name(op));
  }
}

}  // namespace conq::sim::random
