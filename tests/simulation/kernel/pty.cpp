// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/kernel/pty.hpp"

#include <sys/epoll.h>

#include <algorithm>

#include "tests/simulation/kernel/kernel.hpp"

namespace conq::sim {
namespace {

constexpr char end_of_file = 4;  // Ctrl-D, as VEOF is at first

std::size_t take(std::deque<char>& from, std::span<char> into, std::size_t most) {
  const std::size_t count = std::min({from.size(), into.size(), most});
  std::copy_n(from.begin(), count, into.begin());
  from.erase(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(count));
  return count;
}

}  // namespace

Pty::Pty(const Dialect& its_dialect, int its_number) : dialect(its_dialect), number(its_number) {
  settings.c_iflag = ICRNL | IXON;
  settings.c_oflag = OPOST | ONLCR;
  settings.c_cflag = CS8 | CREAD;
  settings.c_lflag = ICANON | ECHO | ECHOE | ECHOK | ECHOKE | ISIG | IEXTEN;
  settings.c_cc[VMIN] = 1;
  settings.c_cc[VERASE] = 0x7f;
  settings.c_cc[VKILL] = 0x15;  // Ctrl-U
  settings.c_cc[VEOF] = end_of_file;
}

std::string Pty::slave_path() const {
  return std::string(dialect.slave_path) + std::to_string(number);
}

void Pty::slave_opened(PtySlave& slave) {
  if (!ever_opened && dialect.size_cleared_at_open) size = {};
  ever_opened = true;
  draining = false;
  slaves.push_back(&slave);
  if (master != nullptr && dialect.open_wakes) master->tell(true, true);
}

void Pty::slave_closed(PtySlave& slave, bool waits) {
  std::erase(slaves, &slave);
  if (!slaves.empty()) return;
  if (dialect.last_close_waits) {
    // The close goes on in the background, as that of another process would.
    if (waits && !output.empty() && master != nullptr) {
      draining = true;
      return;
    }
    output.clear();
  }
  hang_up();
}

void Pty::drained() {
  if (!draining || !output.empty()) return;
  draining = false;
  hang_up();
}

void Pty::lose_patience() {
  if (!draining) return;
  output.clear();
  drained();
}

void Pty::hang_up() {
  if (dialect.hangup_discards_input) {
    input.clear();
    line.clear();
    ends_of_file.clear();
  }
  if (master != nullptr) master->tell(true, true, true);
}

void Pty::revoke() {
  const std::vector<PtySlave*> ended = slaves;
  for (PtySlave* each : ended) {
    each->revoked = true;
    slave_closed(*each, !dialect.revoke_discards);
    each->tell(true, true, true);
  }
}

void Pty::echo(char byte) {
  if ((settings.c_lflag & ECHO) == 0U) return;
  if (byte == '\n' && (settings.c_oflag & ONLCR) != 0U) output.push_back('\r');
  if (output.size() < dialect.output_limit) output.push_back(byte);
  if (master != nullptr) master->tell(true, dialect.output_wakes_write);
}

void Pty::erase() {
  if (line.empty()) return;
  line.pop_back();
  for (const char byte : {'\b', ' ', '\b'}) echo(byte);
}

void Pty::type_in_line_mode(char byte) {
  if (byte == '\r' && (settings.c_iflag & ICRNL) != 0U) byte = '\n';
  const auto is = [&](int control) { return static_cast<cc_t>(byte) == settings.c_cc[control]; };
  if (is(VERASE)) return erase();
  if (is(VKILL)) {
    while (!line.empty()) erase();
    return;
  }
  if (byte != end_of_file) {
    const std::size_t most =
        input.empty() ? std::min(dialect.at_hand, dialect.input_limit) : dialect.input_limit;
    const bool fits = input.size() + line.size() < most;
    if (fits || (byte == '\n' && dialect.line_end_always_fits)) line.push_back(byte);
    echo(byte);
  }
  if (byte != '\n' && byte != end_of_file) return;
  input.insert(input.end(), line.begin(), line.end());
  if (byte == end_of_file) ends_of_file.push_back(input.size());
  line.clear();
}

bool Pty::full() const {
  // A line that is not ended yet does not fill the queue: what is beyond the limit is dropped.
  const bool line_alone = line_mode() && input.empty();
  if (line_alone && dialect.line_is_limited_alone) return false;
  return input.size() + line.size() >= dialect.input_limit;
}

bool Pty::wakes_writers(std::size_t before, std::size_t count) const {
  if (!dialect.room_wakes_late) return true;
  return std::min(before, dialect.at_hand) <= count + dialect.late_room;
}

Result Pty::type(std::span<const char> bytes) {
  std::size_t done = 0;
  while (done < bytes.size() && !full()) {
    const char byte = bytes[done++];
    if (line_mode()) {
      type_in_line_mode(byte);
    } else {
      input.push_back(byte);
      echo(byte);
    }
  }
  if (done == 0) return Result::failure(EAGAIN);
  for (PtySlave* each : slaves) each->tell(true, false);
  return {static_cast<ssize_t>(done), 0};
}

Result Pty::print(std::span<const char> bytes) {
  std::size_t done = 0;
  const bool maps = (settings.c_oflag & OPOST) != 0U && (settings.c_oflag & ONLCR) != 0U;
  while (done < bytes.size() && output.size() < dialect.output_limit) {
    if (maps && bytes[done] == '\n') output.push_back('\r');
    output.push_back(bytes[done++]);
  }
  if (done == 0) return Result::failure(EAGAIN);
  if (master != nullptr) master->tell(true, dialect.output_wakes_write);
  return {static_cast<ssize_t>(done), 0};
}

PtyMaster::PtyMaster(std::shared_ptr<Pty> its_pty) : pty(std::move(its_pty)) { pty->master = this; }

Result PtyMaster::read(std::span<char> into) {
  if (into.empty()) return {};
  const std::size_t before = pty->output.size();
  const std::size_t count = take(pty->output, into, pty->dialect.at_hand);
  if (count > 0) {
    if (pty->wakes_writers(before, count)) {
      for (PtySlave* each : pty->slaves) each->tell(false, true);
    }
    pty->drained();
    const bool rest = pty->dialect.rest_wakes_read && before > pty->dialect.at_hand;
    if (pty->dialect.own_read_wakes_read || rest) tell(true, false);
    return {static_cast<ssize_t>(count), 0};
  }
  if (pty->dialect.hangup_overtakes_output) Kernel::current().faults.amid_read(*this);
  if (!pty->hung_up()) return Result::failure(EAGAIN);
  return pty->dialect.hung_up_read_is_eio ? Result::failure(EIO) : Result{};
}

Result PtyMaster::write(std::span<const char> from) {
  const Dialect& dialect = pty->dialect;
  if (from.empty()) return {};
  Result result;
  if (!pty->ever_opened && !dialect.unopened_takes_writes) {
    result = Result::failure(EAGAIN);
  } else if (pty->hung_up() && pty->line_mode() && dialect.hung_up_line_is_lost) {
    result = {static_cast<ssize_t>(from.size()), 0};
  } else if (pty->hung_up() && dialect.hung_up_write_is_eio) {
    result = Result::failure(EIO);
  } else {
    result = pty->type(from);
  }
  if (dialect.own_write_wakes_write) tell(false, true);
  if (dialect.own_write_wakes_read) tell(true, false);
  return result;
}

std::uint32_t PtyMaster::polled() const {
  std::uint32_t said = File::polled();
  if (pty->dialect.is_epoll && pty->output.empty()) said &= ~std::uint32_t{EPOLLIN};
  return said;
}

State PtyMaster::state() const {
  const Dialect& dialect = pty->dialect;
  const bool gone = pty->hung_up();
  const bool closed = pty->slaves.empty();
  const std::size_t held = pty->input.size() + pty->line.size();
  State state;
  state.hung_up = gone;
  state.read.eof = gone && dialect.hangup_wakes_read;
  state.write.eof = gone && dialect.hangup_wakes_write;
  // A slave whose close waits is not open any more to the filters that ask for that.
  const bool hidden = closed && !pty->draining && !dialect.hangup_wakes_read;
  state.read.active = (!pty->output.empty() && !hidden) || state.read.eof;
  state.read.data = static_cast<std::int64_t>(pty->output.size());
  const bool room = !pty->full() && !(closed && dialect.hangup_hides_room) &&
                    (pty->ever_opened || dialect.unopened_is_writable);
  state.write.active = room || (state.write.eof && !dialect.is_epoll);
  state.write.data =
      dialect.write_data_is_room
          ? static_cast<std::int64_t>(dialect.input_limit - std::min(held, dialect.input_limit))
          : 0;
  return state;
}

void PtyMaster::closed() {
  pty->master = nullptr;
  pty->output.clear();
  pty->input.clear();
  pty->draining = false;
  const std::vector<PtySlave*> told = pty->slaves;
  for (PtySlave* each : told) each->tell(true, true, true);
}

PtySlave::PtySlave(std::shared_ptr<Pty> its_pty) : pty(std::move(its_pty)) {
  pty->slave_opened(*this);
}

Result PtySlave::read(std::span<char> into) {
  if (revoked || pty->master == nullptr) return {};
  auto& ends = pty->ends_of_file;
  if (!ends.empty() && ends.front() == 0) {
    ends.pop_front();
    return {};
  }
  std::size_t most = ends.empty() ? pty->input.size() : ends.front();
  if (pty->line_mode()) {
    const auto end = std::find(pty->input.begin(), pty->input.end(), '\n');
    most = std::min(most, static_cast<std::size_t>(end - pty->input.begin()) + 1);
  } else {
    most = std::min(most, pty->dialect.at_hand);
  }
  const std::size_t before = pty->input.size();
  const std::size_t count = take(pty->input, into, most);
  if (count == 0) return into.empty() ? Result{} : Result::failure(EAGAIN);
  for (std::size_t& each : ends) each -= count;
  // It ends a line that has no end of its own; behind a whole one it is a read of nothing.
  const bool whole = pty->line_mode() && into[count - 1] == '\n';
  if (!ends.empty() && ends.front() == 0 && !whole) ends.pop_front();
  if (pty->wakes_writers(before, count)) pty->master->tell(false, true);
  return {static_cast<ssize_t>(count), 0};
}

Result PtySlave::write(std::span<const char> from) {
  if (revoked || pty->master == nullptr) return Result::failure(EIO);
  if (from.empty()) return {};
  const Result result = pty->print(from);
  if (pty->dialect.own_write_wakes_write) tell(false, true);
  return result;
}

std::uint32_t PtySlave::polled() const {
  return state().hung_up ? EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP : File::polled();
}

State PtySlave::state() const {
  State state;
  state.hung_up = revoked || pty->master == nullptr;
  state.read.eof = state.write.eof = state.hung_up;
  state.read.active = state.hung_up || !pty->input.empty() || !pty->ends_of_file.empty();
  state.read.data = static_cast<std::int64_t>(pty->input.size());
  state.write.active = state.hung_up || pty->output.size() < pty->dialect.output_limit;
  return state;
}

void PtySlave::closed() {
  if (!revoked) pty->slave_closed(*this, !non_blocking || pty->dialect.quick_close_waits);
}

}  // namespace conq::sim
