// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/random/oracle.hpp"

#include <algorithm>

#include "conq/error.hpp"
#include "tests/simulation/kernel/scheduler.hpp"

namespace conq::sim::random {
namespace {

Time now() { return Scheduler::here() ? Scheduler::now() : Time{}; }

/// What the kernel holds of a way into the peer's or our hands.
std::size_t held_for_us(const Side& side) {
  if (side.pty != nullptr) return side.pty->output.size();
  return static_cast<std::size_t>(side.file->state().read.data);
}
std::size_t held_for_peer(const Side& side) {
  if (side.pty != nullptr) return side.pty->input.size();
  return static_cast<std::size_t>(side.peer_end->state().read.data);
}

/// Takes what a hangup threw away off `way`, which holds `held` bytes.
void settle(Way& way, std::size_t held, std::string_view whose, const Side& side) {
  const std::size_t expected = way.bytes.size() - way.next;
  const bool lost = way.may_lose;
  // Once somebody is there again, nothing more is thrown away.
  way.may_lose = lost && side.pty != nullptr && side.pty->slaves.empty();
  if (held == expected) return;
  const std::string where = "#" + std::to_string(side.number);
  if (held > expected || !lost) {
    fail("the kernel keeps each byte", where + ": holds " + std::to_string(held) + " bytes " +
                                           std::string(whose) + " for " + std::to_string(expected));
  }
  way.next = way.bytes.size() - held;
}

void take(Way& way, std::string_view bytes, std::string_view whose, const Side& side) {
  if (way.bytes.compare(way.next, bytes.size(), bytes) != 0) {
    fail("bytes in order", "#" + std::to_string(side.number) + ": " + std::string(bytes) + " " +
                               std::string(whose) + " for " +
                               way.bytes.substr(way.next, bytes.size()));
  }
  way.next += bytes.size();
}

}  // namespace

Oracle::Oracle(Kernel& kernel, Trace& trace) : kernel_(kernel), trace_(trace) {
  kernel.observer.read = [this](File& file, const char* at, const Result& result) {
    kernel_read(file, at, result);
  };
  kernel.observer.wrote = [this](File& file, const char* at, const Result& result) {
    kernel_wrote(file, at, result);
  };
}

std::string Oracle::name(const Op& op) {
  std::string text = op.asynchronous ? "async " : "blocked ";
  text += op.exit ? "wait" : op.writes ? "write" : "read";
  return text + " " + std::to_string(op.number) + " on #" + std::to_string(op.side->number);
}

Side* Oracle::side_of(const File& file) {
  for (Side& each : sides) {
    if (each.file.get() == &file) return &each;
  }
  return nullptr;
}

Side& Oracle::add(Kind kind, const std::shared_ptr<File>& file) {
  Side& side = sides.emplace_back();
  side.kind = kind;
  side.file = file;
  return side;
}

Op& Oracle::start(Side& side, bool writes, bool asynchronous, std::size_t size) {
  const bool alone = !pending(side, writes, false);
  Op& op = ops.emplace_back();
  op.alone = alone;
  op.changes_before = side.changes;
  open_.push_back(&op);
  op.number = static_cast<unsigned>(ops.size());
  op.side = &side;
  op.writes = writes;
  op.asynchronous = asynchronous;
  op.may_be_cancelled = side.cancelling > 0;
  op.started = now();
  op.buffer.resize(size);
  if (writes) {
    for (std::size_t i = 0; i < size; ++i) {
      op.buffer[i] = static_cast<char>('0' + (std::size_t{op.number} * 7 + i * (i / 70 + 1)) % 70);
    }
    writing_[op.buffer.data()] = &op;
  }
  ++side.changes;
  ++causes;
  trace_.note(writes ? "starts write" : "starts read", static_cast<int>(side.number), op.number,
              static_cast<std::int64_t>(size));
  return op;
}

bool Oracle::pending(const Side& side, bool writes, bool asynchronous_only) const {
  return std::any_of(open_.begin(), open_.end(), [&](const Op* op) {
    return op->side == &side && !op->exit && op->writes == writes &&
           (op->asynchronous || !asynchronous_only);
  });
}

std::vector<Op*> Oracle::cancels(Side& side) {
  ++side.cancelling;
  std::vector<Op*> pending;
  for (Op* op : open_) {
    if (op->side != &side || op->exit || !op->asynchronous) continue;
    op->may_be_cancelled = true;
    if (op->accepted) pending.push_back(op);
  }
  return pending;
}

void Oracle::has_cancelled(Side& side, const std::vector<Op*>& pending) {
  --side.cancelling;
  ++causes;
  for (Op* op : pending) op->cancelled = true;
}

void Oracle::refused(Op& op, const std::error_code& error, bool other_was_pending) {
  close(op);
  trace_.note("is refused", static_cast<int>(op.side->number), op.number, error.value());
  const bool closed = error == errc::closed && op.side->closed;
  const bool twice = error == std::errc::operation_in_progress && other_was_pending;
  if (!closed && !twice) fail("refused for a reason", name(op) + ": " + error.message());
  if (op.moved > 0) fail("refused before it starts", name(op));
}

void Oracle::kernel_read(File& file, const char* at, const Result& result) {
  Side* const side = side_of(file);
  if (side == nullptr) return;
  trace_.note("read", static_cast<int>(side->number), result.count, result.error);
  look(*side);
  if (result.count <= 0) {
    side->asked_at = now();
    const bool overtaken = side->pty != nullptr && held_for_us(*side) > 0;
    if (result.error != EAGAIN && !overtaken) side->kernel_said_end = true;
    if (side->shut_down) side->asked_at_the_end = true;
    in_vain();
    return;
  }
  ++causes;
  const std::string_view bytes(at, static_cast<std::size_t>(result.count));
  side->given += bytes.size();
  if (side->exact) {
    if (side->kind != Kind::process) {
      settle(side->in, held_for_us(*side) + bytes.size(), "for us", *side);
    }
    take(side->in, bytes, "for us", *side);
  }
  if (!given_.emplace(at, Piece{side, std::string(bytes)}).second) {
    fail("each byte read is given once",
         "#" + std::to_string(side->number) + ": what was read before is overwritten");
  }
}

void Oracle::kernel_wrote(File& file, const char* at, const Result& result) {
  Side* const side = side_of(file);
  if (side == nullptr) return;
  trace_.note("wrote", static_cast<int>(side->number), result.count, result.error);
  look(*side);
  auto found = writing_.upper_bound(at);
  Op* const op = found == writing_.begin() ? nullptr : std::prev(found)->second;
  if (op == nullptr || at >= op->buffer.data() + op->buffer.size()) {
    fail("writes what was asked for", "#" + std::to_string(side->number));
  }
  if (op->side != side) fail("writes to its own console", name(*op));
  if (at != op->buffer.data() + op->moved) fail("a write resumes where it was", name(*op));
  if (result.count <= 0) {
    in_vain();
    return;
  }
  ++causes;
  Op*& unfinished = unfinished_[side];
  if (unfinished != nullptr && unfinished != op) fail("writes do not mix", name(*op));
  op->moved += static_cast<std::size_t>(result.count);
  unfinished = op->moved < op->buffer.size() ? op : nullptr;
  side->out.bytes.append(at, static_cast<std::size_t>(result.count));
}

void Oracle::in_vain() {
  ++vain_;
  // Without what such calls make themselves, or a spin would be its own excuse.
  const std::uint64_t events = kernel_.counts.activations - kernel_.counts.vain_activations;
  const auto passed = std::chrono::duration_cast<std::chrono::seconds>(now() - Time{});
  const auto asked = static_cast<std::uint64_t>(passed.count() % 3600) * sides.size();
  if (vain_ > 2 * (causes + injected + events) + 4 * asked + 50) {
    fail("no system calls for nothing", std::to_string(vain_) + " got nowhere, for " +
                                            std::to_string(causes) + " causes and " +
                                            std::to_string(events) + " events");
  }
}

void Oracle::close(Op& op) {
  op.over = true;
  std::erase(open_, &op);
  if (op.writes) writing_.erase(op.buffer.data());
  ++op.side->changes;
}

void Oracle::completed(Op& op, const std::error_code& error, std::size_t count, const char* at) {
  trace_.note(error ? "failed" : "completed", static_cast<int>(op.side->number), op.number,
              error ? error.value() : static_cast<std::int64_t>(count));
  if (op.over) fail("completes once", name(op));
  close(op);
  look(*op.side);
  if (op.writes) {
    Op*& unfinished = unfinished_[op.side];
    if (unfinished == &op) unfinished = nullptr;
    if (count != op.moved) {
      fail("a write says how much was written",
           name(op) + ": " + std::to_string(count) + " for " + std::to_string(op.moved));
    }
    if (!error && count != op.buffer.size()) fail("a write writes all", name(op));
  } else if (!op.exit) {
    const auto piece = given_.find(at);
    if (count > 0) {
      if (piece == given_.end() || piece->second.side != op.side ||
          piece->second.bytes != std::string_view(at, count)) {
        fail("a read gives what the kernel gave",
             name(op) + ": " + std::to_string(count) + " bytes");
      }
      given_.erase(piece);
    } else if (at != nullptr && piece != given_.end() && piece->second.side == op.side) {
      fail("each byte read is given once", name(op) + " has lost what was read");
    }
    if (!error && count == 0) check_read_end(op);
  }
  if (error) check_error(op, error, count);
}

void Oracle::check_read_end(Op& op) {
  const Side& side = *op.side;
  if (side.closed) return;
  if (side.kernel_said_end && (side.is_stream() || side.hangup_ends)) return;
  if (!side.shut_down) fail("a read ends for a reason", name(op));
  if (!side.asked_at_the_end && side.given < side.to_be_given && held_for_us(side) > 0) {
    fail("a read ends after the last byte",
         name(op) + ": " + std::to_string(side.to_be_given - side.given) + " bytes were there");
  }
}

void Oracle::shuts_down(Side& side) {
  if (side.shut_down) return;
  side.shut_down = true;
  side.to_be_given = side.given + held_for_us(side);
}

bool Oracle::timed_out_rightly(const Op& op) const {
  if (!op.limit || now() < op.started + *op.limit) return false;
  // It asks the kernel once more, unless others are before it.
  const bool first = op.alone && op.side->changes == op.changes_before + 2;
  return !first || op.side->asked_at >= op.started + *op.limit;
}

void Oracle::check_error(Op& op, const std::error_code& error, std::size_t count) {
  const Side& side = *op.side;
  bool good = false;
  if (error == std::errc::operation_canceled) {
    good = op.asynchronous && op.may_be_cancelled && (op.writes || count == 0);
  } else if (error == errc::timed_out) {
    good = count == 0 && timed_out_rightly(op);
  } else if (error == errc::shut_down) {
    good = (op.writes || op.exit) && side.shut_down;
  } else if (error == errc::closed) {
    good = side.closed && count == 0;
  } else if (error == errc::hung_up) {
    good = op.writes && side.hangup_ends && side.ever_hung_up;
  } else if (error == std::errc::broken_pipe) {
    good = op.writes && side.is_stream() && side.file->state().write.eof;
  }
  if (!good) fail("fails for a reason", name(op) + ": " + error.message());
}

void Oracle::peer_wrote(Side& side, std::string_view bytes) { side.in.bytes.append(bytes); }

void Oracle::peer_read(Side& side, std::string_view bytes) {
  if (!side.exact) return;
  settle(side.out, held_for_peer(side) + bytes.size(), "for the peer", side);
  take(side.out, bytes, "for the peer", side);
}

void Oracle::look(Side& side) {
  if (side.pty == nullptr || !side.pty->hung_up()) return;
  side.ever_hung_up = true;
}

void Oracle::at_the_end() {
  for (const Op* op : open_) fail("each operation completes", name(*op));
  if (!given_.empty()) {
    fail("each byte read is given once",
         "#" + std::to_string(given_.begin()->second.side->number) + ": bytes reached nobody");
  }
}

}  // namespace conq::sim::random
