// SPDX-License-Identifier: Apache-2.0
// What the driver of a program does: the peers act on the kernel's objects themselves, so that no
// fault meets them.

#include <algorithm>

#include "tests/simulation/random/world.hpp"

namespace conq::sim::random {
namespace {

/// The next `count` bytes of a peer's; no byte that a terminal gives a meaning.
std::string next_bytes(const Side& side, std::size_t from, std::size_t count) {
  std::string bytes(count, ' ');
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = from + i;
    bytes[i] = static_cast<char>('0' + (at + at / 70 * 3 + std::size_t{side.number} * 11) % 70);
  }
  return bytes;
}

void make_raw(termios& settings) {
  settings.c_iflag = 0;
  settings.c_oflag = 0;
  settings.c_lflag = 0;
}

template <class Item>
void open(const std::shared_ptr<Item>& item) {
  ++item->references;
}

}  // namespace

void World::act(const Action& action) {
  switch (action.what) {
    case Do::add_pty:
    case Do::add_process:
    case Do::add_pipe_to_read:
    case Do::add_pipe_to_write:
    case Do::add_socket:
      add(action);
      return;
    case Do::sleep:
      Scheduler::wait([] { return false; },
                      Scheduler::now() + std::chrono::milliseconds(action.amount));
      return;
    default:
      break;
  }
  const auto found = channels_.find(action.channel);
  if (found == channels_.end() || found->second.side == nullptr) return;
  act_on(found->second, action);
  kernel_.settle();
  oracle_.look(*found->second.side);
  trace_.note("acted", static_cast<int>(action.channel), static_cast<std::int64_t>(action.what));
}

void World::act_on(Channel& channel, const Action& action) {
  switch (action.what) {
    case Do::async_read:
      if (program_.servers > 0) start_read(channel, action);
      break;
    case Do::async_write:
      if (program_.servers > 0) start_write(channel, action);
      break;
    case Do::wait_exit:
      if (program_.servers > 0) start_exit(channel);
      break;
    case Do::call_read:
    case Do::call_read_for:
    case Do::call_write:
    case Do::call_wait_exit:
      hand_to_caller(action);
      break;
    case Do::cancel:
      cancel(channel);
      break;
    case Do::shutdown:
      shut_down(channel);
      break;
    case Do::close:
      close(channel);
      break;
    case Do::close_console:
      close_console(channel);
      break;
    case Do::resize:
      if (channel.console) {
        std::error_code closed;
        channel.console->resize({24, static_cast<std::uint16_t>(action.amount % 200), 0, 0},
                                closed);
      }
      break;
    default:
      peer_acts(channel, action);
  }
}

void World::hand_to_caller(const Action& action) {
  Caller& caller = callers_[(action.channel + action.amount) % callers_.size()];
  caller.todo.push_back(action);
}

void World::add(const Action& action) {
  if (channels_.contains(action.channel)) return;
  Channel& channel = channels_[action.channel];
  if (action.what == Do::add_pty) {
    add_pty(channel, action);
  } else if (action.what == Do::add_process) {
    add_process(channel, action);
  } else {
    add_stream(channel, action);
  }
  channel.side->number = action.channel;
  trace_.note("adds", static_cast<int>(action.channel));
}

void World::add_pty(Channel& channel, const Action& action) {
  const int fd = static_cast<int>(kernel_.open_master(0).count);
  Side& side = oracle_.add(Kind::pty, kernel_.find(fd));
  side.number = action.channel;
  side.pty = kernel_.terminal(fd);
  side.hangup_ends = (action.option & hangup_ends) != 0U;
  side.exact = (action.option & line_mode) == 0U;
  if (side.exact) make_raw(side.pty->settings);
  channel.side = &side;
  if ((action.option & opened) != 0U) {
    channel.slaves.push_back(kernel_.open_slave(side.pty));
    open(channel.slaves.back());
  }
  const AddOptions options{side.hangup_ends ? Hangup::end : Hangup::wait};
  channel.console.emplace(poller_->add(Console::from_fd(Fd(fd)), options));
}

void World::add_process(Channel& channel, const Action& action) {
  using Step = sim::Step;
  Generator from(program_.choices + std::uint64_t{action.option} * 977U + action.channel);
  std::deque<Step> steps;
  Side& side = oracle_.add(Kind::process, nullptr);
  side.number = action.channel;
  side.hangup_ends = true;
  for (unsigned left = from.below(5); left > 0; --left) {
    switch (from.below(4)) {
      case 0:
        steps.push_back({Step::Kind::await});
        break;
      case 1:
        steps.push_back({Step::Kind::read, 0, "", 1 + from.below(30)});
        break;
      default: {
        const unsigned most = from.once_in(4) ? 3000 : 60;
        const std::string text = next_bytes(side, side.in.bytes.size(), 1 + from.below(most));
        steps.push_back({Step::Kind::write, 1, text, 0});
        side.in.bytes += text;
      }
    }
  }
  steps.push_back({Step::Kind::exit, 0, "", from.below(100)});
  const std::string name = "program " + std::to_string(program_number_++);
  kernel_.programs[name] = steps;
  termios settings{};
  make_raw(settings);
  ProcessOptions options;
  options.argv = {name};
  options.settings = settings;
  channel.process.emplace(BasicProcess<Backend>::spawn(*poller_, options));
  const int fd = channel.process->console().fd();
  side.file = kernel_.find(fd);
  side.pty = kernel_.terminal(fd);
  side.process = kernel_.find_process(channel.process->pid());
  channel.side = &side;
}

void World::add_stream(Channel& channel, const Action& action) {
  const bool socket = action.what == Do::add_socket;
  const StreamEnd::Pair pair = socket ? StreamEnd::make_sockets() : StreamEnd::make_pipe();
  const bool reads = action.what == Do::add_pipe_to_read;
  const auto& ours = reads ? pair.first : pair.second;
  const Kind kind = socket ? Kind::socket : reads ? Kind::pipe_to_read : Kind::pipe_to_write;
  Side& side = oracle_.add(kind, ours);
  side.number = action.channel;
  side.peer_end = reads ? pair.second : pair.first;
  open(side.peer_end);
  channel.side = &side;
  channel.stream.emplace(poller_->add(Fd(static_cast<int>(kernel_.install(ours, true).count))));
}

void World::peer_acts(Channel& channel, const Action& action) {
  Side& side = *channel.side;
  if (side.kind == Kind::process) {
    process_acts(channel, action);
    return;
  }
  switch (action.what) {
    case Do::peer_write:
      peer_writes(channel, action.amount);
      break;
    case Do::peer_read:
      peer_reads(channel, action.amount);
      break;
    case Do::peer_open:
      if (side.pty == nullptr || side.pty->master == nullptr || channel.slaves.size() > 1) break;
      channel.slaves.push_back(kernel_.open_slave(side.pty));
      channel.slaves.back()->non_blocking = (action.option & non_blocking) != 0U;
      open(channel.slaves.back());
      ++oracle_.causes;
      break;
    case Do::peer_close:
    case Do::peer_revoke:
      peer_leaves(channel, action);
      break;
    default:
      break;
  }
}

void World::peer_writes(Channel& channel, unsigned amount) {
  Side& side = *channel.side;
  const std::string bytes = next_bytes(side, side.in.bytes.size(), amount);
  Result result = Result::failure(EIO);
  if (side.peer_end != nullptr && side.kind != Kind::pipe_to_write) {
    result = side.peer_end->write(bytes);
  } else if (!channel.slaves.empty()) {
    result = channel.slaves.back()->write(bytes);
  }
  if (result.count <= 0) return;
  ++oracle_.causes;
  oracle_.peer_wrote(side,
                     std::string_view(bytes).substr(0, static_cast<std::size_t>(result.count)));
  trace_.note("peer wrote", static_cast<int>(side.number), result.count);
  const bool breaks = program_.broken == Broken::byte && side.pty != nullptr && ++broken_in_ == 3;
  if (breaks && !side.pty->output.empty()) side.pty->output.pop_back();
}

void World::peer_reads(Channel& channel, unsigned amount) {
  Side& side = *channel.side;
  std::string buffer(amount, ' ');
  Result result = Result::failure(EIO);
  if (side.peer_end != nullptr && side.kind != Kind::pipe_to_read) {
    result = side.peer_end->read(buffer);
  } else if (!channel.slaves.empty()) {
    result = channel.slaves.back()->read(buffer);
  }
  if (result.count <= 0) return;
  ++oracle_.causes;
  trace_.note("peer read", static_cast<int>(side.number), result.count);
  oracle_.peer_read(side,
                    std::string_view(buffer).substr(0, static_cast<std::size_t>(result.count)));
}

void World::peer_leaves(Channel& channel, const Action& action) {
  Side& side = *channel.side;
  ++oracle_.causes;
  if (side.pty == nullptr) {
    if (side.peer_end == nullptr || side.peer_end->references == 0) return;
    kernel_.release(side.peer_end);
    return;
  }
  // What the kernel holds is not Linux's to throw away.
  side.in.may_lose = side.in.may_lose || kernel_.dialect().last_close_waits;
  side.out.may_lose = side.out.may_lose || kernel_.dialect().hangup_discards_input;
  if (action.what == Do::peer_revoke) {
    side.pty->revoke();
  } else if (!channel.slaves.empty()) {
    kernel_.release(channel.slaves.back());
    channel.slaves.pop_back();
  }
}

void World::process_acts(Channel& channel, const Action& action) {
  Side& side = *channel.side;
  if (side.process_over()) return;
  ++oracle_.causes;
  if (action.what == Do::peer_goes_on) side.process->go_on();
  if (action.what != Do::peer_killed) return;
  side.killed = true;
  side.process->kill(9);
}

}  // namespace conq::sim::random
