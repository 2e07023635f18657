// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/random/program.hpp"

#include <array>
#include <string_view>

#include "tests/simulation/random/generator.hpp"

namespace conq::sim::random {
namespace {

constexpr std::array<std::string_view, 25> names{
    "add pty",       "add process",  "add pipe to read", "add pipe to write",
    "add socket",    "async_read",   "async_write",      "call read",
    "call read_for", "call write",   "async_wait",       "call wait",
    "peer writes",   "peer reads",   "peer opens",       "peer closes",
    "peer revokes",  "peer goes on", "peer is killed",   "cancel",
    "shutdown",      "close",        "close_console",    "resize",
    "sleep"};

struct Weight {
  Do what;
  unsigned weight;
};

constexpr std::array weights{
    Weight{Do::async_read, 12},   Weight{Do::async_write, 10},   Weight{Do::call_read, 8},
    Weight{Do::call_read_for, 4}, Weight{Do::call_write, 8},     Weight{Do::peer_write, 20},
    Weight{Do::peer_read, 16},    Weight{Do::peer_open, 8},      Weight{Do::peer_close, 8},
    Weight{Do::peer_revoke, 1},   Weight{Do::peer_goes_on, 6},   Weight{Do::peer_killed, 1},
    Weight{Do::cancel, 6},        Weight{Do::shutdown, 2},       Weight{Do::close, 2},
    Weight{Do::close_console, 1}, Weight{Do::resize, 1},         Weight{Do::sleep, 14},
    Weight{Do::wait_exit, 2},     Weight{Do::call_wait_exit, 2},
};

Do any_action(Generator& from) {
  unsigned sum = 0;
  for (const Weight& each : weights) sum += each.weight;
  unsigned left = from.below(sum);
  for (const Weight& each : weights) {
    if (left < each.weight) return each.what;
    left -= each.weight;
  }
  return Do::sleep;
}

/// Mostly small; sometimes enough to fill a queue.
unsigned any_amount(Generator& from) {
  switch (from.below(8)) {
    case 0:
      return 1;
    case 1:
    case 2:
      return 1 + from.below(600);
    case 3:
      return 1 + from.below(5000);
    case 4:
      return from.once_in(8) ? 1 + from.below(100000) : 1 + from.below(1500);
    default:
      return 1 + from.below(40);
  }
}

Action any_channel(Generator& from, unsigned number) {
  Action added;
  added.channel = number;
  added.amount = any_amount(from);
  switch (from.below(10)) {
    case 0:
      added.what = Do::add_pipe_to_read;
      break;
    case 1:
      added.what = Do::add_pipe_to_write;
      break;
    case 2:
      added.what = Do::add_socket;
      break;
    case 3:
    case 4:
      added.what = Do::add_process;
      added.option = from.below(1U << 8U);
      break;
    default:
      added.what = Do::add_pty;
      added.option = (from.once_in(2) ? hangup_ends : 0) | (from.once_in(6) ? line_mode : 0) |
                     (from.once_in(4) ? 0 : opened);
      break;
  }
  return added;
}

Then any_then(Generator& from) {
  switch (from.below(40)) {
    case 0:
      return Then::close;
    case 1:
      return Then::shut_down;
    case 2:
    case 3:
      return Then::cancel;
    case 4:
    case 5:
      return Then::leave;
    case 6:
      return Then::drop;
    default:
      return Then::nothing;
  }
}

Action any_step(Generator& from, unsigned channels) {
  Action action;
  action.what = any_action(from);
  action.channel = from.below(channels);
  action.amount = any_amount(from);
  // So that writes meet a full queue, and then a reader who makes room for them.
  const bool writes = action.what == Do::async_write || action.what == Do::call_write;
  if (writes && from.once_in(8)) action.amount = 20000 + from.below(20000);
  if (action.what == Do::peer_read && from.once_in(4)) action.amount = 40000;
  if (action.what == Do::sleep) {
    action.amount = from.once_in(10) ? 1 + from.below(9000) : from.below(20);
  }
  if (action.what == Do::call_read_for) action.option = from.below(50);
  if (action.what == Do::peer_open) action.option = from.once_in(4) ? non_blocking : 0;
  if (action.what == Do::async_read || action.what == Do::async_write) {
    action.option = from.below(3);
    action.then = any_then(from);
    action.repeat = from.once_in(3) ? 0 : from.below(20);
  }
  return action;
}

}  // namespace

Program generate(std::uint64_t seed) {
  Generator from(seed * 0x100000001b3U + 1);
  Program made;
  made.seed = seed;
  made.choices = from.next();
  made.flips = from.next();
  made.servers = from.once_in(5) ? 0 : from.once_in(3) ? 2 : 1;
  made.limited_waits = from.once_in(4);
  made.nested = from.once_in(6);
  made.preempted = 2U << from.below(5);
  made.interrupted = from.once_in(2) ? 0 : 3 + from.below(40);
  made.cut_short = from.once_in(2) ? 0 : 2 + from.below(20);
  made.spurious = from.once_in(2) ? 0 : 2 + from.below(20);
  made.odd_events = from.once_in(2) ? 0 : 2 + from.below(10);
  unsigned channels = 1 + from.below(3);
  for (unsigned each = 0; each < channels; ++each) {
    made.actions.push_back(any_channel(from, each));
    if (from.once_in(4)) continue;
    Action reads;
    reads.what = made.servers == 0 ? Do::call_read : Do::async_read;
    reads.channel = each;
    reads.amount = any_amount(from);
    reads.option = from.below(3);
    reads.then = any_then(from);
    reads.repeat = 1000;
    made.actions.push_back(reads);
  }
  for (unsigned left = 8 + from.below(28); left > 0; --left) {
    if (channels < 6 && from.once_in(30)) {
      // Takes the number of one that is just closed.
      Action closes;
      closes.what = Do::close;
      closes.channel = from.below(channels);
      if (!from.once_in(4)) made.actions.push_back(closes);
      made.actions.push_back(any_channel(from, channels++));
    }
    made.actions.push_back(any_step(from, channels));
  }
  made.overtaken = from.once_in(2) ? 0 : 2 + from.below(10);
  return made;
}

std::string describe(const Action& action) {
  std::string text(names.at(static_cast<std::size_t>(action.what)));
  if (action.what == Do::sleep) return text + " " + std::to_string(action.amount) + " ms";
  text += " #" + std::to_string(action.channel) + " amount " + std::to_string(action.amount);
  if (action.what == Do::add_pty) {
    text += (action.option & hangup_ends) != 0U ? ", a hangup ends" : ", a hangup waits";
    text += (action.option & line_mode) != 0U ? ", line mode" : ", raw";
    text += (action.option & opened) != 0U ? ", slave open" : ", slave never open";
  } else if (action.what == Do::async_read) {
    constexpr std::array<std::string_view, 3> ways{" into its own", " lent", " in a coroutine"};
    text += ways.at(action.option);
  } else if (action.option != 0) {
    text += " option " + std::to_string(action.option);
  }
  constexpr std::array<std::string_view, 6> thens{
      "", ", then close", ", then shutdown", ", then cancel", ", then throw", ", then drop"};
  if (action.repeat != 0) text += ", again " + std::to_string(action.repeat) + " times";
  return text.append(thens.at(static_cast<std::size_t>(action.then)));
}

std::string describe(const Program& program) {
  std::string text = "threads of wait: " + std::to_string(program.servers);
  if (program.limited_waits) text += ", by wait_for";
  if (program.nested) text += ", nested";
  const auto rate = [&text](std::string_view what, unsigned once_in) {
    if (once_in != 0) text.append(", ").append(what) += " 1 in " + std::to_string(once_in);
  };
  rate("preempted", program.preempted);
  rate("EINTR", program.interrupted);
  rate("short reads and writes", program.cut_short);
  rate("spurious wake-ups", program.spurious);
  rate("odd events", program.odd_events);
  rate("hangups amid a read", program.overtaken);
  text += "\n";
  for (const Action& each : program.actions) text += "  " + describe(each) + "\n";
  return text;
}

}  // namespace conq::sim::random
