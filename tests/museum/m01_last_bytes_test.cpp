// SPDX-License-Identifier: Apache-2.0
// The end of the stream reported before its last bytes: a short read after the hangup was taken for
// the last one (libuv 4992, 4997, 5165; node-pty 85, 140; kata 7903).
//
// Caught: an end reported at the hangup's event, or after a short read once it was seen, or a
// buffer that is read once for each event.
#include "tests/museum/museum_test.hpp"
#include "tests/support/writer_process.hpp"

namespace conq::test {
namespace {

/// Shorter than a piece of the kernel's, just as long, longer, and more than it keeps.
const auto lengths = {1, 100, 4095, 4096, 4097, 5000, 20'000, 100'000};

template <class On>
class Museum01 : public PollerTest<On> {};
TYPED_TEST_SUITE(Museum01, Backends, BackendNames);

TYPED_TEST(Museum01, EveryByteArrivesBeforeTheEndWhenTheWriterExitsAtOnce) {
  for (const int length : lengths) {
    for (int round = 0; round < 5; ++round) {
      auto terminal = this->add_terminal(Hangup::end);
      const std::string sent = numbered(static_cast<std::size_t>(length));
      const pid_t writer = write_and_exit(std::move(terminal.slave), sent);
      expect_same(read_to_end_of(terminal.console), sent);
      reap(writer);
    }
  }
}

TYPED_TEST(Museum01, EveryByteArrivesBeforeTheEndByHandlersToo) {
  for (const int length : lengths) {
    for (int round = 0; round < 5; ++round) {
      auto terminal = this->add_terminal(Hangup::end);
      const std::string sent = numbered(static_cast<std::size_t>(length));
      const ReadByHandlers reading(terminal.console);
      const pid_t writer = write_and_exit(std::move(terminal.slave), sent);
      ASSERT_TRUE(this->serve_until([&] { return reading.ended(); }));
      EXPECT_FALSE(reading.error());
      expect_same(reading.text(), sent);
      reap(writer);
    }
  }
}

TYPED_TEST(Museum01, EveryByteArrivesAlsoWhenTheWriterWasGoneBeforeTheFirstRead) {
  for (const std::size_t length : {std::size_t{1}, std::size_t{100}, fits_everywhere}) {
    auto terminal = this->add_terminal(Hangup::end);
    const std::string sent = numbered(length);
    reap(write_and_exit(std::move(terminal.slave), sent));
    // The hangup has been told by the kernel and looked at by the poller.
    this->serve_past_an_event();
    std::string got;
    for (;;) {
      const std::string piece = read_text(terminal.console, 64);
      if (piece.empty()) break;
      got += piece;
    }
    expect_same(got, sent);
  }
}

TYPED_TEST(Museum01, ManyWritersThatExitAtOnce) {
  constexpr std::size_t count = 40;
  const std::string sent = numbered(10'000);
  std::vector<Terminal<typename TestFixture::Console>> terminals;
  std::vector<std::unique_ptr<ReadByHandlers<typename TestFixture::Console>>> readings;
  std::vector<pid_t> writers;
  for (std::size_t i = 0; i < count; ++i) terminals.push_back(this->add_terminal(Hangup::end));
  for (auto& terminal : terminals) {
    readings.push_back(
        std::make_unique<ReadByHandlers<typename TestFixture::Console>>(terminal.console));
    writers.push_back(write_and_exit(std::move(terminal.slave), sent));
    // Writers forked later hold none of the slaves of earlier ones: those are closed here by now.
  }
  for (const auto& reading : readings) {
    ASSERT_TRUE(this->serve_until([&] { return reading->ended(); }));
    expect_same(reading->text(), sent);
  }
  for (const pid_t writer : writers) reap(writer);
}

}  // namespace
}  // namespace conq::test
