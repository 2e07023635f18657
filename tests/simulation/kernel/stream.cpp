// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/kernel/stream.hpp"

#include <sys/epoll.h>

#include <algorithm>

namespace conq::sim {
namespace {

constexpr std::size_t page = 4096;

}  // namespace

void StreamEnd::join(const std::shared_ptr<Bytes>& bytes, StreamEnd& reader) {
  out_ = bytes;
  reader.in_ = bytes;
  bytes->writer = this;
  bytes->reader = &reader;
}

StreamEnd::Pair StreamEnd::make_pipe() {
  Pair pair{std::make_shared<StreamEnd>(), std::make_shared<StreamEnd>()};
  pair.second->join(std::make_shared<Bytes>(), *pair.first);
  return pair;
}

StreamEnd::Pair StreamEnd::make_sockets(int type) {
  Pair pair = make_pipe();
  pair.first->type_ = pair.second->type_ = type;
  pair.first->join(std::make_shared<Bytes>(), *pair.second);
  return pair;
}

Result StreamEnd::read(std::span<char> into) {
  if (in_ == nullptr) return Result::failure(EBADF);
  std::deque<char>& held = in_->held;
  if (!has_input()) {
    return into.empty() || in_->writer == nullptr ? Result{} : Result::failure(EAGAIN);
  }
  const std::size_t given = keeps_messages() ? in_->pieces.front().left : held.size();
  const std::size_t count = std::min(given, into.size());
  if (count == 0 && !keeps_messages()) return {};
  const std::size_t gone = keeps_messages() ? given : count;
  std::copy_n(held.begin(), count, into.begin());
  held.erase(held.begin(), held.begin() + static_cast<std::ptrdiff_t>(gone));
  const bool was_full = in_->pieces.size() >= limit / page;
  const bool wakes = take_pieces(*in_, gone) && (socket() || was_full);
  if (in_->writer != nullptr && wakes) in_->writer->tell(false, true);
  return {static_cast<ssize_t>(count), 0};
}

bool StreamEnd::has_input() const {
  return keeps_messages() ? !in_->pieces.empty() : !in_->held.empty();
}

bool StreamEnd::take_pieces(Bytes& bytes, std::size_t count) {
  bool any = false;
  if (count == 0) {
    bytes.pieces.pop_front();
    return true;
  }
  while (count > 0) {
    Piece& first = bytes.pieces.front();
    const std::size_t taken = std::min(first.left, count);
    first.left -= taken;
    count -= taken;
    if (first.left > 0) break;
    bytes.pieces.pop_front();
    any = true;
  }
  return any;
}

/// How much of a write of `size` bytes fits.
std::size_t StreamEnd::put_in_pages(std::size_t size) {
  std::deque<Piece>& pages = out_->pieces;
  std::size_t done = 0;
  const std::size_t part = size % page;
  if (part > 0 && !pages.empty() && pages.back().end + part <= page) {
    pages.back().end += part;
    pages.back().left += part;
    done = part;
  }
  while (done < size && pages.size() < limit / page) {
    const std::size_t more = std::min(page, size - done);
    pages.push_back({more, more});
    done += more;
  }
  return done;
}

std::size_t StreamEnd::room() const {
  if (socket()) {
    std::size_t used = 0;
    for (const Piece& each : out_->pieces) used += each.end;
    return limit - used;
  }
  return page * (limit / page - out_->pieces.size());
}

Result StreamEnd::write(std::span<const char> from) {
  if (out_ == nullptr) return Result::failure(EBADF);
  if (out_->reader == nullptr || out_->writer == nullptr) return Result::failure(EPIPE);
  if (from.empty() && !keeps_messages()) return {};
  std::size_t count = 0;
  if (socket()) {
    count = std::min(from.size(), room());
    if (keeps_messages() && count < from.size()) return Result::failure(EAGAIN);
    if (count > 0 || keeps_messages()) out_->pieces.push_back({count, count});
  } else {
    count = put_in_pages(from.size());
  }
  if (count == 0 && !from.empty()) return Result::failure(EAGAIN);
  out_->held.insert(out_->held.end(), from.begin(),
                    from.begin() + static_cast<std::ptrdiff_t>(count));
  out_->reader->tell(true, false);
  return {static_cast<ssize_t>(count), 0};
}

std::uint32_t StreamEnd::polled() const {
  const bool in_ended = in_ != nullptr && in_->writer == nullptr;
  const bool out_ended = out_ != nullptr && (out_->reader == nullptr || out_->writer == nullptr);
  std::uint32_t said = 0;
  if (in_ != nullptr && (has_input() || (in_ended && socket()))) said |= EPOLLIN;
  if (out_ != nullptr && room() > 0) said |= EPOLLOUT;
  if (socket()) {
    if (in_ended) said |= EPOLLRDHUP;
    if (in_ended && out_ended) said |= EPOLLHUP;
  } else {
    if (in_ended) said |= EPOLLHUP;
    if (out_ended) said |= EPOLLERR;
  }
  return said;
}

State StreamEnd::state() const {
  State state;
  if (in_ != nullptr) {
    state.read.eof = in_->writer == nullptr;
    state.read.data = static_cast<std::int64_t>(in_->held.size());
    state.read.active = state.read.eof || has_input();
  }
  if (out_ != nullptr) {
    state.write.eof = out_->reader == nullptr;
    state.write.data = static_cast<std::int64_t>(room());
    state.write.active = state.write.eof || state.write.data > 0;
  }
  state.hung_up = state.read.eof || state.write.eof;
  return state;
}

void StreamEnd::closed() {
  if (in_ != nullptr) {
    in_->reader = nullptr;
    if (in_->writer != nullptr) in_->writer->tell(true, true, true);
  }
  end_writing();
}

void StreamEnd::end_writing() {
  if (out_ == nullptr || out_->writer == nullptr) return;
  out_->writer = nullptr;
  if (out_->reader != nullptr) out_->reader->tell(true, true, true);
  tell(false, true, true);
}

}  // namespace conq::sim
