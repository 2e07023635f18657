// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/kernel/stream.hpp"

#include <algorithm>

namespace conq::sim {

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

StreamEnd::Pair StreamEnd::make_sockets() {
  Pair pair = make_pipe();
  pair.first->join(std::make_shared<Bytes>(), *pair.second);
  return pair;
}

Result StreamEnd::read(std::span<char> into) {
  if (in_ == nullptr) return Result::failure(EBADF);
  std::deque<char>& held = in_->held;
  const std::size_t count = std::min(held.size(), into.size());
  if (count == 0) {
    return into.empty() || in_->writer == nullptr ? Result{} : Result::failure(EAGAIN);
  }
  std::copy_n(held.begin(), count, into.begin());
  held.erase(held.begin(), held.begin() + static_cast<std::ptrdiff_t>(count));
  if (in_->writer != nullptr) in_->writer->tell(false, true);
  return {static_cast<ssize_t>(count), 0};
}

Result StreamEnd::write(std::span<const char> from) {
  if (out_ == nullptr) return Result::failure(EBADF);
  if (out_->reader == nullptr) return Result::failure(EPIPE);
  const std::size_t count = std::min(from.size(), limit - out_->held.size());
  if (count == 0) return from.empty() ? Result{} : Result::failure(EAGAIN);
  out_->held.insert(out_->held.end(), from.begin(),
                    from.begin() + static_cast<std::ptrdiff_t>(count));
  out_->reader->tell(true, false);
  return {static_cast<ssize_t>(count), 0};
}

State StreamEnd::state() const {
  State state;
  if (in_ != nullptr) {
    state.read.eof = in_->writer == nullptr;
    state.read.data = static_cast<std::int64_t>(in_->held.size());
    state.read.active = state.read.eof || !in_->held.empty();
  }
  if (out_ != nullptr) {
    state.write.eof = out_->reader == nullptr;
    state.write.data = static_cast<std::int64_t>(limit - out_->held.size());
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
}

}  // namespace conq::sim
