// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <memory>

#include "tests/support/poller_test.hpp"

namespace conq::test {
namespace {

template <class On>
class AsyncWrite : public PollerTest<On> {};
TYPED_TEST_SUITE(AsyncWrite, Backends, BackendNames);

TYPED_TEST(AsyncWrite, CompletesWhenAllIsWritten) {
  auto terminal = this->add_terminal();
  const std::string sent = numbered(300'000);
  Outcome written;
  terminal.console.async_write(bytes(sent), written.handler());
  InThread reader([&] { return hear(terminal.slave, sent.size()); });
  EXPECT_TRUE(this->serve_until([&] { return written.calls() > 0; }));
  EXPECT_FALSE(written.error());
  EXPECT_EQ(written.count(), sent.size());
  expect_same(reader.get(), sent);
}

TYPED_TEST(AsyncWrite, StaysPendingUntilTheLastByteIsAccepted) {
  auto terminal = this->add_terminal();
  const std::string sent = numbered(more_than_fits);
  Outcome written;
  terminal.console.async_write(bytes(sent), written.handler());
  this->serve_past_an_event();
  EXPECT_EQ(written.calls(), 0);
  InThread reader([&] { return hear(terminal.slave, sent.size()); });
  EXPECT_TRUE(this->serve_until([&] { return written.calls() > 0; }));
  expect_same(reader.get(), sent);
}

TYPED_TEST(AsyncWrite, ItsHandlerRunsInWaitAndNotInTheCall) {
  auto terminal = this->add_terminal();
  Outcome written;
  terminal.console.async_write(bytes("x"), written.handler());
  EXPECT_EQ(written.calls(), 0);
  const Server server(this->poller);
  EXPECT_TRUE(written.wait());
  EXPECT_NE(written.thread(), std::this_thread::get_id());
  EXPECT_EQ(hear(terminal.slave, 1), "x");
}

TYPED_TEST(AsyncWrite, OfNothingCompletesWith0) {
  auto terminal = this->add_terminal();
  Outcome written;
  terminal.console.async_write({}, written.handler());
  EXPECT_EQ(written.calls(), 0);
  EXPECT_TRUE(this->serve_until([&] { return written.calls() > 0; }));
  EXPECT_FALSE(written.error());
  EXPECT_EQ(written.count(), 0U);
}

TYPED_TEST(AsyncWrite, ASecondIsRefusedAndItsHandlerDroppedUncalled) {
  auto terminal = this->add_terminal();
  const std::string sent(more_than_fits, '.');
  Outcome first;
  terminal.console.async_write(bytes(sent), first.handler());
  const auto owned = std::make_shared<int>();
  const auto refused = [owned](std::error_code, std::size_t) { ADD_FAILURE() << "called"; };
  std::error_code ec;
  terminal.console.async_write(bytes("second"), IoHandler(refused), ec);
  EXPECT_EQ(ec, std::errc::operation_in_progress);
  EXPECT_EQ(text_of_error([&] { terminal.console.async_write(bytes("second"), refused); }),
            "start a write to " + terminal.console.name() + ": " + ec.message());
  EXPECT_EQ(owned.use_count(), 2) << "owned by the test and by its lambda";
  InThread reader([&] { return hear(terminal.slave, sent.size()); });
  EXPECT_TRUE(this->serve_until([&] { return first.calls() > 0; }));
  EXPECT_EQ(reader.get(), sent);
  EXPECT_EQ(first.calls(), 1);
}

TYPED_TEST(AsyncWrite, AHandlerMayStartTheNextOne) {
  auto terminal = this->add_terminal();
  const std::string sent = numbered(40'000);
  std::size_t done = 0;
  std::function<void()> next = [&] {
    const std::string_view piece = std::string_view(sent).substr(done, 1000);
    terminal.console.async_write(bytes(piece), [&](std::error_code ec, std::size_t count) {
      ASSERT_FALSE(ec);
      done += count;
      if (done < sent.size()) next();
    });
  };
  next();
  InThread reader([&] { return hear(terminal.slave, sent.size()); });
  EXPECT_TRUE(this->serve_until([&] { return done == sent.size(); }));
  expect_same(reader.get(), sent);
}

TYPED_TEST(AsyncWrite, IsNotInterleavedWithABlockingWrite) {
  auto terminal = this->add_terminal();
  const std::string first(300'000, 'a');
  const std::string second(300'000, 'b');
  Outcome written;
  terminal.console.async_write(bytes(first), written.handler());
  InThread writer([&] { return terminal.console.write(bytes(second)); });
  writer.wait_until_asleep();
  InThread reader([&] { return hear(terminal.slave, first.size() + second.size()); });
  EXPECT_TRUE(this->serve_until([&] { return written.calls() > 0; }));
  EXPECT_EQ(writer.get(), second.size());
  expect_same(reader.get(), first + second);
}

TYPED_TEST(AsyncWrite, WaitsForItsTurnBehindABlockedWriter) {
  auto terminal = this->add_terminal();
  const std::string first(more_than_fits, 'a');
  InThread writer([&] { return terminal.console.write(bytes(first)); });
  const bool known = writer.wait_until_asleep();
  Outcome written;
  terminal.console.async_write(bytes("b"), written.handler());
  InThread reader([&] { return hear(terminal.slave, first.size() + 1); });
  EXPECT_TRUE(this->serve_until([&] { return written.calls() > 0; }));
  EXPECT_EQ(writer.get(), first.size());
  const std::string got = reader.get();
  if (!known) GTEST_SKIP() << "this kernel is not asked whether a thread sleeps";
  expect_same(got, first + "b");
}

TYPED_TEST(AsyncWrite, ToManyConsolesAtOnce) {
  constexpr std::size_t count = 20;
  const std::string sent = numbered(100'000);
  std::vector<typename TestFixture::Terminal> terminals;
  std::vector<Outcome> outcomes(count);
  for (std::size_t i = 0; i < count; ++i) terminals.push_back(this->add_terminal());
  for (std::size_t i = 0; i < count; ++i) {
    terminals[i].console.async_write(bytes(sent), outcomes[i].handler());
  }
  const Server server(this->poller);
  for (auto& terminal : terminals) expect_same(hear(terminal.slave, sent.size()), sent);
  for (const Outcome& written : outcomes) {
    EXPECT_TRUE(written.wait());
    EXPECT_EQ(written.count(), sent.size());
    EXPECT_EQ(written.calls(), 1);
  }
}

}  // namespace
}  // namespace conq::test
