// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/poller_test.hpp"
#include "tests/support/temp_dir.hpp"

namespace conq::test {
namespace {

template <class On>
class Streams : public PollerTest<On> {
 protected:
  static std::pair<Fd, Fd> pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    return {Fd(ends[0]), Fd(ends[1])};
  }
  static std::pair<Fd, Fd> sockets() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    return {Fd(ends[0]), Fd(ends[1])};
  }
  /// Sockets that keep messages apart; none where the kernel has none of that type.
  static std::pair<Fd, Fd> sockets_of_messages(int type) {
    std::array<int, 2> ends{-1, -1};
    EXPECT_TRUE(::socketpair(AF_UNIX, type, 0, ends.data()) == 0 || type == SOCK_SEQPACKET);
    return {Fd(ends[0]), Fd(ends[1])};
  }
};
TYPED_TEST_SUITE(Streams, Backends, BackendNames);

/// SIGPIPE ignored by the test, as by most programs, for as long as it lives.
class NoSigpipe {
 public:
  NoSigpipe() { before_ = ::signal(SIGPIPE, SIG_IGN); }
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;
  ~NoSigpipe() { ::signal(SIGPIPE, before_); }

 private:
  void (*before_)(int) = nullptr;
};

TYPED_TEST(Streams, AreMadeNonBlocking) {
  auto [from, to] = this->pipe();
  const auto stream = this->poller.add(std::move(from));
  EXPECT_NE(::fcntl(stream.fd(), F_GETFL) & O_NONBLOCK, 0);
}

TYPED_TEST(Streams, APipeIsReadToItsEnd) {
  auto [from, to] = this->pipe();
  auto stream = this->poller.add(std::move(from));
  const std::string sent = numbered(300'000);
  InThread writer([&sent, &end = to] {
    say(end, sent);
    end.reset();
  });
  expect_same(read_to_end_of(stream), sent);
  EXPECT_EQ(read_text(stream), "") << "an end is for good";
}

TYPED_TEST(Streams, ABlockedReadOfAPipeEndsWhenTheWriterGoes) {
  auto [from, to] = this->pipe();
  auto stream = this->poller.add(std::move(from));
  InThread reader([&] { return read_text(stream); });
  reader.wait_until_asleep();
  EXPECT_FALSE(reader.returned());
  to.reset();
  EXPECT_EQ(reader.get(), "");
}

TYPED_TEST(Streams, AnAsynchronousReadOfAPipeEndsWhenTheWriterGoes) {
  auto [from, to] = this->pipe();
  auto stream = this->poller.add(std::move(from));
  Outcome read;
  stream.async_read(read.lent_handler());
  this->serve_what_is_ready();
  to.reset();
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
  EXPECT_FALSE(read.error());
  EXPECT_EQ(read.count(), 0U);
}

TYPED_TEST(Streams, APipeIsWrittenWhileItsReaderIsSlow) {
  auto [from, to] = this->pipe();
  auto stream = this->poller.add(std::move(to));
  const std::string sent = numbered(more_than_fits);
  InThread writer([&] { return stream.write(bytes(sent)); });
  writer.wait_until_asleep();
  EXPECT_FALSE(writer.returned());
  expect_same(hear(from, sent.size()), sent);
  EXPECT_EQ(writer.get(), sent.size());
}

TYPED_TEST(Streams, AWriteToAPipeThatNobodyReadsAnyMoreFailsWithEpipe) {
  const NoSigpipe no_sigpipe;
  auto [from, to] = this->pipe();
  auto stream = this->poller.add(std::move(to));
  const std::string sent(more_than_fits, '.');
  InThread writer([&] {
    std::error_code ec;
    const std::size_t count = stream.write(bytes(sent), ec);
    return std::pair(count, ec);
  });
  writer.wait_until_asleep();
  from.reset();
  const auto [count, ec] = writer.get();
  EXPECT_EQ(ec, std::errc::broken_pipe);
  EXPECT_GT(count, 0U);
  EXPECT_LT(count, sent.size());
  EXPECT_THROW(stream.write(bytes("x")), Error);
}

TYPED_TEST(Streams, AnAsynchronousWriteToAPipeThatNobodyReadsAnyMoreFailsWithEpipe) {
  const NoSigpipe no_sigpipe;
  auto [from, to] = this->pipe();
  auto stream = this->poller.add(std::move(to));
  const std::string sent(more_than_fits, '.');
  Outcome written;
  stream.async_write(bytes(sent), written.handler());
  this->serve_what_is_ready();
  from.reset();
  EXPECT_TRUE(this->serve_until([&] { return written.calls() > 0; }));
  EXPECT_EQ(written.error(), std::errc::broken_pipe);
}

TYPED_TEST(Streams, ASocketGoesBothWaysAtOnce) {
  auto [ours, theirs] = this->sockets();
  auto stream = this->poller.add(std::move(ours));
  const std::string sent = numbered(more_than_fits);
  InThread echo([&peer = theirs, size = sent.size()] {
    for (std::size_t done = 0; done < size;) {
      const std::string piece = hear(peer, std::min<std::size_t>(1000, size - done));
      say(peer, piece);
      done += piece.size();
    }
  });
  InThread writer([&] { return stream.write(bytes(sent)); });
  expect_same(read_exactly(stream, sent.size()), sent);
  EXPECT_EQ(writer.get(), sent.size());
}

TYPED_TEST(Streams, ASocketWhosePeerHasStoppedWritingEndsButIsStillWritten) {
  auto [ours, theirs] = this->sockets();
  auto stream = this->poller.add(std::move(ours));
  say(theirs, "last");
  ASSERT_EQ(::shutdown(theirs.get(), SHUT_WR), 0);
  EXPECT_EQ(read_to_end_of(stream), "last");
  stream.write(bytes("still here"));
  EXPECT_EQ(hear(theirs, 10), "still here");
}

TYPED_TEST(Streams, ASocketWhosePeerStopsWritingWithItsLastBytesEndsBehindThem) {
  auto [ours, theirs] = this->sockets();
  auto stream = this->poller.add(std::move(ours));
  Outcome last;
  stream.async_read(last.lent_handler());
  this->serve_what_is_ready();
  say(theirs, "last");
  ASSERT_EQ(::shutdown(theirs.get(), SHUT_WR), 0);
  EXPECT_TRUE(this->serve_until([&] { return last.calls() > 0; }));
  EXPECT_EQ(last.text(), "last");
  Outcome end;
  stream.async_read(end.lent_handler());
  EXPECT_TRUE(this->serve_until([&] { return end.calls() > 0; }));
  EXPECT_EQ(end.count(), 0U);
}

TYPED_TEST(Streams, AWriteToASocketWhosePeerStopsWritingAndThenGoesFails) {
  const NoSigpipe no_sigpipe;
  auto [ours, theirs] = this->sockets();
  auto stream = this->poller.add(std::move(ours));
  const std::string sent(more_than_fits, '.');
  Outcome written;
  stream.async_write(bytes(sent), written.handler());
  this->serve_what_is_ready();
  ASSERT_EQ(::shutdown(theirs.get(), SHUT_WR), 0);
  this->serve_what_is_ready();
  theirs.reset();
  EXPECT_TRUE(this->serve_until([&] { return written.calls() > 0; }));
  EXPECT_TRUE(written.error());
  EXPECT_LT(written.count(), sent.size());
}

TYPED_TEST(Streams, MessagesThatCameTogetherAreReadOneAfterTheOther) {
  for (const int type : {SOCK_DGRAM, SOCK_SEQPACKET}) {
    auto [ours, theirs] = this->sockets_of_messages(type);
    if (!ours) continue;  // macOS has no SOCK_SEQPACKET of this family
    auto stream = this->poller.add(std::move(ours));
    this->serve_what_is_ready();
    for (const char* each : {"one", "two", "three", "four"}) say(theirs, each);
    EXPECT_EQ(read_text(stream), "one");
    EXPECT_EQ(read_text(stream), "two");
    for (const char* each : {"three", "four"}) {
      Outcome read;
      stream.async_read(read.lent_handler());
      EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
      EXPECT_EQ(read.text(), each);
    }
  }
}

TYPED_TEST(Streams, AnEmptyDatagramIsNoEnd) {
  auto [ours, theirs] = this->sockets_of_messages(SOCK_DGRAM);
  auto stream = this->poller.add(std::move(ours));
  EXPECT_EQ(::write(theirs.get(), "", 0), 0);
  say(theirs, "next");
  EXPECT_EQ(read_text(stream), "");
  EXPECT_EQ(read_text(stream), "next");
}

TYPED_TEST(Streams, ShutdownEndsReadersAndWriters) {
  auto [ours, theirs] = this->sockets();
  auto stream = this->poller.add(std::move(ours));
  const std::string sent(more_than_fits, '.');
  InThread reader([&] { return read_text(stream); });
  InThread writer([&] {
    std::error_code ec;
    stream.write(bytes(sent), ec);
    return ec;
  });
  reader.wait_until_asleep();
  writer.wait_until_asleep();
  stream.shutdown();
  EXPECT_EQ(reader.get(), "");
  EXPECT_EQ(writer.get(), errc::shut_down);
}

TYPED_TEST(Streams, ARegularFileIsReadToItsEnd) {
  const TempDir dir;
  const std::string held = numbered(200'000);
  Fd file(::open(dir.file("held", held).c_str(), O_RDONLY | O_CLOEXEC));
  auto stream = this->poller.add(std::move(file));
  expect_same(read_to_end_of(stream), held);
}

TYPED_TEST(Streams, ARegularFileIsReadAsynchronouslyToItsEnd) {
  const TempDir dir;
  const std::string held = numbered(200'000);
  Fd file(::open(dir.file("held", held).c_str(), O_RDONLY | O_CLOEXEC));
  auto stream = this->poller.add(std::move(file));
  std::string got;
  bool ended = false;
  std::function<void()> next = [&] {
    stream.async_read([&](std::error_code ec, std::span<const std::byte> bytes) {
      EXPECT_FALSE(ec);
      got += text(bytes);
      if (bytes.empty()) {
        ended = true;
      } else {
        next();
      }
    });
  };
  next();
  EXPECT_TRUE(this->serve_until([&] { return ended; }));
  expect_same(got, held);
}

TYPED_TEST(Streams, ARegularFileIsWritten) {
  const TempDir dir;
  const std::string path = dir / "made";
  const std::string sent = numbered(200'000);
  Outcome written;
  {
    auto stream = this->poller.add(Fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)));
    stream.write(bytes(std::string_view(sent).substr(0, 1000)));
    stream.async_write(bytes(std::string_view(sent).substr(1000)), written.handler());
    EXPECT_TRUE(this->serve_until([&] { return written.calls() > 0; }));
  }
  EXPECT_EQ(written.count(), sent.size() - 1000);
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  expect_same(hear(file, sent.size() + 1), sent);
}

TYPED_TEST(Streams, TheNullDeviceEndsAtOnceAndTakesAll) {
  auto stream = this->poller.add(Fd(::open("/dev/null", O_RDWR | O_CLOEXEC)));
  EXPECT_EQ(read_text(stream), "");
  EXPECT_EQ(stream.write(bytes("gone")), 4U);
  Outcome read;
  Outcome written;
  stream.async_read(read.lent_handler());
  stream.async_write(bytes("gone"), written.handler());
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0 && written.calls() > 0; }));
  EXPECT_EQ(read.count(), 0U);
  EXPECT_EQ(written.count(), 4U);
}

TYPED_TEST(Streams, ADirectoryReportsWhatReadDoes) {
  auto stream = this->poller.add(Fd(::open("/", O_RDONLY | O_CLOEXEC)));
  std::array<std::byte, 4> room{};
  std::error_code ec;
  EXPECT_EQ(stream.read(room, ec), 0U);
  EXPECT_EQ(ec, std::errc::is_a_directory);
}

TYPED_TEST(Streams, TheReadEndOfAPipeIsNotWritten) {
  auto [from, to] = this->pipe();
  auto stream = this->poller.add(std::move(from));
  std::error_code ec;
  stream.write(bytes("x"), ec);
  EXPECT_EQ(ec, std::errc::bad_file_descriptor);
}

TYPED_TEST(Streams, AreOfTheSameQueueAsConsoles) {
  auto terminal = this->add_terminal();
  auto [from, to] = this->pipe();
  auto stream = this->poller.add(std::move(from));
  Outcome of_terminal;
  Outcome of_stream;
  terminal.console.async_read(of_terminal.lent_handler());
  stream.async_read(of_stream.lent_handler());
  say(terminal.slave, "t");
  say(to, "s");
  EXPECT_TRUE(this->serve_until([&] { return of_terminal.calls() > 0 && of_stream.calls() > 0; }));
  EXPECT_EQ(of_terminal.text() + of_stream.text(), "ts");
}

TYPED_TEST(Streams, AreAConsoleWhoseDescriptorWasGivenAsOne) {
  // The slave end, say of a program's own stdin: a tty too, but given as a stream.
  Pty pty = raw_pty();
  auto stream = this->poller.add(std::move(pty.slave));
  EXPECT_EQ(pty.master.write(bytes("x")), 1U);
  EXPECT_EQ(read_text(stream), "x");
  stream.write(bytes("y"));
  std::array<std::byte, 4> room{};
  EXPECT_EQ(pty.master.read(room), 1U);
}

}  // namespace
}  // namespace conq::test
