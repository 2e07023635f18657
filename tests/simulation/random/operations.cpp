// SPDX-License-Identifier: Apache-2.0
// The product's operations as a program uses them, each told to the oracle.

#include <exception>

#include "tests/simulation/random/world.hpp"

namespace conq::sim::random {

namespace {

/// A call on a channel's handle, which must not be destroyed meanwhile.
class InCall {
 public:
  explicit InCall(Side& side) : side_(side) { ++side_.in_calls; }
  InCall(const InCall&) = delete;
  InCall& operator=(const InCall&) = delete;
  ~InCall() { --side_.in_calls; }

 private:
  Side& side_;
};

/// The time of a handler: in wait(), and none other of its direction.
class Handling {
 public:
  Handling(Side& side, bool writes) : busy_(side.handling[writes ? 1 : 0]) {
    if (!in_a_wait()) fail("handlers run in wait()", "#" + std::to_string(side.number));
    if (busy_) fail("handlers of one direction do not overlap", "#" + std::to_string(side.number));
    busy_ = true;
  }
  Handling(const Handling&) = delete;
  Handling& operator=(const Handling&) = delete;
  ~Handling() { busy_ = false; }

 private:
  bool& busy_;
};

std::span<std::byte> bytes_of(std::string& buffer) {
  return std::as_writable_bytes(std::span(buffer));
}

}  // namespace

struct World::Detached {
  struct promise_type {
    Detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { throw; }
  };
};

bool World::may_start(Channel& channel, bool writes, bool asynchronous) {
  const Side& side = *channel.side;
  if (channel.handle() == nullptr) return false;
  if (side.kind == (writes ? Kind::pipe_to_read : Kind::pipe_to_write)) return false;
  return !asynchronous || !oracle_.pending(side, writes, true);
}

void World::start_read(Channel& channel, Action action) {
  if (!may_start(channel, false, true)) return;
  if (action.option == coroutine) {
    read_in_coroutine(channel, action);
    return;
  }
  Side& side = *channel.side;
  const std::uint64_t before = side.changes;
  const bool lent = action.option == lent_buffer;
  Op& op = oracle_.start(side, false, true, lent ? 0 : action.amount);
  struct Context {
    World& world;
    Channel& channel;
    Op& op;
    Action action;
  };
  // Beyond four pointers: allocates.
  const Context context{*this, channel, op, action};
  std::error_code ec;
  {
    const InCall call(side);
    if (lent) {
      channel.handle()->async_read(
          LentHandler([context](std::error_code error, std::span<const std::byte> bytes) {
            context.world.read_done(context.channel, context.op, context.action, error, bytes);
          }),
          ec);
    } else {
      channel.handle()->async_read(
          bytes_of(op.buffer), IoHandler([context](std::error_code error, std::size_t count) {
            const auto bytes = std::as_bytes(std::span(context.op.buffer)).first(count);
            context.world.read_done(context.channel, context.op, context.action, error, bytes);
          }),
          ec);
    }
  }
  if (ec) oracle_.refused(op, ec, side.changes > before + 1);
  op.accepted = true;
}

World::Detached World::read_in_coroutine(Channel& channel, Action action) {
  Side& side = *channel.side;
  for (;;) {
    const std::uint64_t before = side.changes;
    Op& op = oracle_.start(side, false, true, action.amount);
    std::error_code ec;
    const std::size_t count = co_await channel.handle()->async_read(bytes_of(op.buffer), ec);
    if (ec == errc::closed || ec == std::errc::operation_in_progress) {
      oracle_.refused(op, ec, side.changes > before + 1);
      co_return;
    }
    const Handling handling(side, false);
    oracle_.completed(op, ec, count, op.buffer.data());
    const bool ended = ec || count == 0;
    const bool again = !ended && action.repeat > 0;
    if (action.repeat > 0) --action.repeat;
    Action last = action;
    last.repeat = 0;
    if (!again) {
      handled(channel, op, last, true);
      co_return;
    }
    if (!may_start(channel, false, true)) co_return;
  }
}

void World::read_done(Channel& channel, Op& op, const Action& action, std::error_code error,
                      std::span<const std::byte> bytes) {
  const Handling handling(*channel.side, false);
  const char* const at = bytes.data() != nullptr ? reinterpret_cast<const char*>(bytes.data())
                         : op.buffer.empty()     ? nullptr
                                                 : op.buffer.data();
  oracle_.completed(op, error, bytes.size(), at);
  handled(channel, op, action, error || bytes.empty());
}

void World::start_write(Channel& channel, Action action) {
  if (!may_start(channel, true, true)) return;
  Side& side = *channel.side;
  const std::uint64_t before = side.changes;
  Op& op = oracle_.start(side, true, true, action.amount);
  std::error_code ec;
  {
    const InCall call(side);
    channel.handle()->async_write(
        bytes_of(op.buffer),
        [this, &channel, &op, action](std::error_code error, std::size_t count) {
          write_done(channel, op, action, error, count);
        },
        ec);
  }
  if (ec) oracle_.refused(op, ec, side.changes > before + 1);
  op.accepted = true;
}

void World::write_done(Channel& channel, Op& op, const Action& action, std::error_code error,
                       std::size_t count) {
  const Handling handling(*channel.side, true);
  oracle_.completed(op, error, count, nullptr);
  handled(channel, op, action, static_cast<bool>(error));
}

void World::start_exit(Channel& channel) {
  if (!channel.process || channel.side->exit_seen) return;
  channel.side->exit_seen = true;
  Op& op = oracle_.start(*channel.side, false, true, 0);
  op.exit = true;
  std::error_code ec;
  channel.process->async_wait(
      [this, &channel, &op](std::error_code error, ExitStatus) { exit_done(channel, op, error); },
      ec);
  if (ec) oracle_.refused(op, ec, false);
}

void World::exit_done(Channel& channel, Op& op, std::error_code error) {
  const Side& side = *channel.side;
  oracle_.completed(op, error, 0, nullptr);
  if (error) return;
  if (!side.process_over()) fail("an exit comes after the end", "#" + std::to_string(side.number));
  if (side.shut_down) return;
  if (!side.pty->output.empty()) {
    fail("an exit comes after the last byte", "#" + std::to_string(side.number));
  }
  const Dialect& dialect = kernel_.dialect();
  const bool kept = !dialect.leader_exit_revokes || dialect.leader_exit_waits;
  if (kept && !side.killed && side.in.next != side.in.bytes.size()) {
    fail("an exit comes after the last byte", "#" + std::to_string(side.number) + ": " +
                                                  std::to_string(side.in.next) + " read of " +
                                                  std::to_string(side.in.bytes.size()));
  }
}

void World::handled(Channel& channel, const Op& op, Action action, bool ended) {
  if (!ended && action.repeat > 0) {
    --action.repeat;
    if (op.writes) {
      // Fewer and fewer bytes, so that it comes to an end.
      action.amount = 1 + action.amount / 2;
      start_write(channel, action);
    } else {
      start_read(channel, action);
    }
    // Another thread of wait() may find it ready before this handler is over.
    if (Scheduler::here()) Scheduler::turn();
    return;
  }
  switch (action.then) {
    case Then::nothing:
      break;
    case Then::close:
      close(channel);
      break;
    case Then::shut_down:
      shut_down(channel);
      break;
    case Then::cancel:
      cancel(channel);
      break;
    case Then::drop:
      drop(channel);
      break;
    case Then::leave:
      if (Scheduler::here() && action.option != coroutine) throw LeavesWait{};
      break;
  }
}

void World::make_call(Channel& channel, const Action& action) {
  Side& side = *channel.side;
  if (action.what == Do::call_wait_exit) {
    if (!channel.process) return;
    Op& op = oracle_.start(side, false, false, 0);
    op.exit = true;
    std::error_code ec;
    const InCall call(side);
    channel.process->wait(ec);
    exit_done(channel, op, ec);
    return;
  }
  const bool writes = action.what == Do::call_write;
  if (!may_start(channel, writes, false)) return;
  Op& op = oracle_.start(side, writes, false, action.amount);
  std::error_code ec;
  const InCall call(side);
  std::size_t count = 0;
  if (action.what == Do::call_read) {
    count = channel.handle()->read(bytes_of(op.buffer), ec);
  } else if (action.what == Do::call_read_for) {
    op.limit = std::chrono::milliseconds(action.option);
    count = channel.handle()->read_for(bytes_of(op.buffer), *op.limit, ec);
  } else {
    count = channel.handle()->write(bytes_of(op.buffer), ec);
  }
  oracle_.completed(op, ec, count, op.buffer.data());
}

void World::cancel(Channel& channel) {
  if (channel.handle() == nullptr) return;
  Side& side = *channel.side;
  const std::vector<Op*> pending = oracle_.cancels(side);
  {
    const InCall call(side);
    channel.handle()->cancel();
  }
  oracle_.has_cancelled(side, pending);
}

void World::shut_down(Channel& channel) {
  if (channel.handle() == nullptr) return;
  oracle_.shuts_down(*channel.side);
  const InCall call(*channel.side);
  channel.handle()->shutdown();
}

void World::close_console(Channel& channel) {
  if (channel.handle() == nullptr) return;
  const InCall call(*channel.side);
  const int fd = channel.handle()->fd();
  if (fd < 0) return;
  oracle_.shuts_down(*channel.side);
  std::error_code was_shut_down;
  poller_->close_console(fd, was_shut_down);
}

void World::close(Channel& channel) {
  if (channel.handle() == nullptr) return;
  Side& side = *channel.side;
  oracle_.shuts_down(side);
  side.closed = true;
  std::error_code closed_already;
  const InCall call(side);
  channel.handle()->close(closed_already);
}

void World::drop(Channel& channel) {
  close(channel);
  if (channel.side->in_calls > 0 || channel.process) return;
  channel.console.reset();
  channel.stream.reset();
}

}  // namespace conq::sim::random
