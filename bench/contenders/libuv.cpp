// SPDX-License-Identifier: Apache-2.0
// libuv as node-pty and monitors of virtual machines use it: each master is opened as a uv_pipe_t.

#include <uv.h>

#include <memory>
#include <stdexcept>
#include <vector>

#include "bench/support/contender.hpp"

namespace conq::bench {
namespace {

class Server {
 public:
  Server(const Job& job, Session& session)
      : job_(job), session_(session), buffer_(std::make_unique<SharedBuffer>()) {
    ::uv_loop_init(&loop_);
    consoles_ = std::vector<One>(job.consoles);
    for (std::size_t i = 0; i < job.consoles; ++i) {
      One& one = consoles_[i];
      one.server = this;
      one.pipe.data = &one;
      one.request.data = &one;
      ::uv_pipe_init(&loop_, &one.pipe, 0);
      if (const int error = ::uv_pipe_open(&one.pipe, job.fd(i)); error != 0) {
        throw std::runtime_error(::uv_strerror(error));
      }
    }
  }

  void serve() {
    if (job_.workload != Workload::input) {
      for (One& one : consoles_) ::uv_read_start(one.stream(), &lend_buffer, &was_read);
    }
    session_.start();
    if (job_.workload == Workload::latency) send_probe();
    if (job_.workload == Workload::input) {
      for (One& one : consoles_) write_on(one);
    }
    ::uv_run(&loop_, UV_RUN_DEFAULT);
  }

 private:
  struct One {
    uv_stream_t* stream() { return reinterpret_cast<uv_stream_t*>(&pipe); }
    std::size_t index() const { return static_cast<std::size_t>(this - server->consoles_.data()); }

    Server* server = nullptr;
    uv_pipe_t pipe{};
    uv_write_t request{};
    std::size_t writing = 0;
  };

  static uv_buf_t as_buffer(std::span<const std::byte> bytes) {
    // uv_buf_t serves reads, too, and so is not const.
    auto* const data = const_cast<std::byte*>(bytes.data());
    return ::uv_buf_init(reinterpret_cast<char*>(data), static_cast<unsigned>(bytes.size()));
  }

  static void lend_buffer(uv_handle_t* handle, std::size_t /*wanted*/, uv_buf_t* buffer) {
    *buffer = as_buffer(*static_cast<One*>(handle->data)->server->buffer_);
  }

  static void was_read(uv_stream_t* stream, ssize_t count, const uv_buf_t* /*buffer*/) {
    const One& one = *static_cast<One*>(stream->data);
    one.server->take(one.index(), stream, count);
  }

  void take(std::size_t i, uv_stream_t* stream, ssize_t count) {
    if (count < 0) {
      ::uv_read_stop(stream);
      session_.ended(i);
    } else if (count > 0) {
      const auto size = static_cast<std::size_t>(count);
      if (!session_.took(i, std::span(*buffer_).first(size))) ::uv_read_stop(stream);
      if (job_.is_probe(i)) send_probe();
    }
  }

  void write_on(One& one) {
    const auto piece = session_.next_piece(one.index());
    if (piece.empty()) return;
    one.writing = piece.size();
    const uv_buf_t buffer = as_buffer(piece);
    ::uv_write(&one.request, one.stream(), &buffer, 1, [](uv_write_t* request, int status) {
      One& written = *static_cast<One*>(request->data);
      if (status != 0) return;
      written.server->session_.wrote(written.index(), written.writing);
      written.server->write_on(written);
    });
  }

  void send_probe() {
    const uv_buf_t buffer = as_buffer(session_.probe());
    ::uv_try_write(consoles_[0].stream(), &buffer, 1);
  }

  const Job& job_;
  Session& session_;
  uv_loop_t loop_{};
  std::unique_ptr<SharedBuffer> buffer_;
  std::vector<One> consoles_;
};

void serve(const Job& job, Session& session, const Options& /*options*/) {
  Server(job, session).serve();
}

}  // namespace
}  // namespace conq::bench

int main(int argc, char** argv) { return conq::bench::contend(argc, argv, conq::bench::serve); }
