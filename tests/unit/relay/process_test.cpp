// SPDX-License-Identifier: Apache-2.0
// Relays to real programs.

#include <random>

#include "tests/unit/relay/relay_fixture.hpp"

namespace conq::test {
namespace {

template <class OnBackend>
class RelayProcess : public RelayTest<OnBackend> {
 protected:
  using Process = typename OnBackend::Process;

  /// Starts a relay between a socket and a program, which is told of the end of its input.
  void start(std::vector<std::string> argv) {
    ProcessOptions options;
    options.argv = std::move(argv);
    process_ = Process::spawn(this->poller, options);
    user_ = this->socket();
    RelayOptions relaying;
    relaying.forward_finish = Finish::type_eof;
    relaying.backward_finish = Finish::close_write;
    relay_ = RelayTest<OnBackend>::Relay::start(user_.channel, process_.console(), relaying,
                                                this->done());
  }

  Process process_;
  Linked<typename OnBackend::Stream> user_;
  typename RelayTest<OnBackend>::Relay relay_;
};
TYPED_TEST_SUITE(RelayProcess, Backends, BackendNames);

/// Lines of small letters, in no order.
std::string letters(std::size_t size) {
  std::mt19937 random(0);
  std::string text(size, '\n');
  for (std::size_t i = 0; i + 1 < size; ++i) {
    if (i % 80 != 79) text[i] = static_cast<char>('a' + random() % 26);
  }
  return text;
}

// Museum 14: both sides would block in writing, if pasting and showing were one after the other.
TYPED_TEST(RelayProcess, TenMegabytesGoThroughAProgramWhileItsConsoleEchoes) {
  this->start({"tr", "a-z", "A-Z"});
  std::string paste = letters(10'000'000);
  std::string_view rest = paste;
  std::string shown;
  while (this->done_calls == 0) {
    if (!rest.empty()) {
      const ssize_t count = ::write(this->user_.peer.get(), rest.data(), rest.size());
      if (count > 0) rest.remove_prefix(static_cast<std::size_t>(count));
      if (rest.empty()) ::shutdown(this->user_.peer.get(), SHUT_WR);
    }
    ASSERT_TRUE(this->serve_until_ready(this->user_.peer, POLLIN));
    shown += read_available(this->user_.peer.get());
  }
  EXPECT_EQ(this->told.forward_bytes, paste.size());
  // The echo is in small letters; Linux (n_tty) drops of it what finds no room.
  std::erase_if(shown, [](char c) { return c < 'A' || c > 'Z'; });
  std::erase(paste, '\n');
  for (char& c : paste) c = static_cast<char>(c - 'a' + 'A');
  expect_same(shown, paste);
}

TYPED_TEST(RelayProcess, AProgramIsToldOfTheEndOfItsInput) {
  this->start({"sh", "-c", "stty -echo; read line; echo got $line; cat; echo over"});
  this->send(this->user_.peer, "one\nhalf");
  ::shutdown(this->user_.peer.get(), SHUT_WR);
  const std::string shown = this->receive_to_end(this->user_.peer);
  EXPECT_TRUE(shown.ends_with("got one\r\nhalfover\r\n")) << shown;
  this->serve_to_end();
  EXPECT_EQ(this->process_.wait(), ExitStatus{});
}

TYPED_TEST(RelayProcess, AShellWithLineEditingEndsAtTheEndOfItsInput) {
  try {
    this->start({"bash", "--norc", "--noprofile", "-i"});
  } catch (const Error& error) {
    GTEST_SKIP() << error.what();
  }
  this->send(this->user_.peer, "echo the sum is $((40 + 2))\n");
  ::shutdown(this->user_.peer.get(), SHUT_WR);
  const std::string shown = this->receive_to_end(this->user_.peer);
  EXPECT_NE(shown.find("the sum is 42"), std::string::npos) << shown;
  this->serve_to_end();
  EXPECT_EQ(this->process_.wait(), ExitStatus{});
}

}  // namespace
}  // namespace conq::test
