// SPDX-License-Identifier: Apache-2.0
// A partial write: the rest is dropped or written twice (code that handles a short write).
//
// Caught: the count of a short write not added up, or the rest taken from the start.
#include "conq/task.hpp"
#include "tests/museum/museum_test.hpp"

namespace conq::test {
namespace {

template <class On>
class Museum13 : public PollerTest<On> {
 protected:
  /// Reads in pieces of odd sizes, so that the writer gets on by partial writes.
  static std::string hear_slowly(const Fd& slave, std::size_t size) {
    std::string got;
    std::size_t piece = 1;
    while (got.size() < size) {
      got += hear(slave, std::min(piece, size - got.size()));
      piece = piece * 3 % 1021;
    }
    return got;
  }

  const std::string sent = numbered(500'000);
};
TYPED_TEST_SUITE(Museum13, Backends, BackendNames);

TYPED_TEST(Museum13, EveryByteIsWrittenOnceAndInOrderToASlowReader) {
  auto terminal = this->add_terminal();
  InThread reader([&] { return this->hear_slowly(terminal.slave, this->sent.size()); });
  EXPECT_EQ(terminal.console.write(bytes(this->sent)), this->sent.size());
  expect_same(reader.get(), this->sent);
  EXPECT_EQ(read_available(terminal.slave.get()), "");
}

TYPED_TEST(Museum13, ByAnAsynchronousWriteToo) {
  auto terminal = this->add_terminal();
  Outcome written;
  terminal.console.async_write(bytes(this->sent), written.handler());
  InThread reader([&] { return this->hear_slowly(terminal.slave, this->sent.size()); });
  EXPECT_TRUE(this->serve_until([&] { return written.calls() > 0; }));
  EXPECT_EQ(written.count(), this->sent.size());
  expect_same(reader.get(), this->sent);
  EXPECT_EQ(read_available(terminal.slave.get()), "");
}

TYPED_TEST(Museum13, ByACoroutineToo) {
  auto terminal = this->add_terminal();
  std::size_t count = 0;
  bool over = false;
  const auto body = [](auto& console, std::string_view text, std::size_t& done) -> Task<> {
    done = co_await console.async_write(bytes(text));
  };
  start(body(terminal.console, this->sent, count), [&](const std::exception_ptr&) { over = true; });
  InThread reader([&] { return this->hear_slowly(terminal.slave, this->sent.size()); });
  EXPECT_TRUE(this->serve_until([&] { return over; }));
  EXPECT_EQ(count, this->sent.size());
  expect_same(reader.get(), this->sent);
}

TYPED_TEST(Museum13, ByManyWritersEachInOnePiece) {
  auto terminal = this->add_terminal();
  const std::string one(200'000, 'a');
  const std::string other(200'000, 'b');
  InThread first([&] { return terminal.console.write(bytes(one)); });
  InThread second([&] { return terminal.console.write(bytes(other)); });
  const std::string got = this->hear_slowly(terminal.slave, one.size() + other.size());
  EXPECT_EQ(first.get() + second.get(), got.size());
  EXPECT_TRUE(got == one + other || got == other + one);
}

}  // namespace
}  // namespace conq::test
