// SPDX-License-Identifier: Apache-2.0
// A big paste deadlocks: the program's side is blocked writing its echo, the terminal's side is
// blocked writing the paste (terminal emulators, expect scripts).
//
// Caught: a relay that does not read while it writes; one that takes what it cannot pass on yet
// into memory without a bound would pass here, but not the tests of the relay.
#include <sys/socket.h>

#include <algorithm>

#include "tests/museum/museum_test.hpp"
#include "tests/support/shell.hpp"

namespace conq::test {
namespace {

/// Lines of lower-case letters, no two alike.
std::string lines(std::size_t size) {
  std::string text;
  text.reserve(size + 64);
  for (unsigned number = 0; text.size() < size; ++number) {
    for (int digit = 7; digit >= 0; --digit) {
      text += static_cast<char>('a' + (number >> (4 * digit)) % 16);
    }
    text += "wxyzwxyzwxyzwxyzwxyzwxyzwxyzwxyzwxyzwxyzwxyzwxyzwxyzwxyz\n";
  }
  return text;
}

char to_upper(char letter) {
  return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
}

template <class On>
class Museum14 : public PollerTest<On> {};
TYPED_TEST_SUITE(Museum14, Backends, BackendNames);

TYPED_TEST(Museum14, TenMegabytesThroughAProgramWithEchoComeBack) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  auto ours = this->poller.add(Fd(ends[0]));
  const Fd user(ends[1]);
  // The echo is in small letters, what the program says in capitals.
  auto process = TestFixture::Process::spawn(
      this->poller, program({"/usr/bin/env", "LC_ALL=C", "tr", "a-z", "A-Z"}));
  RelayOptions options;
  options.forward_finish = Finish::type_eof;
  RelayResult result;
  bool over = false;
  const auto relay =
      TestFixture::Relay::start(ours, process.console(), options, [&](const RelayResult& told) {
        result = told;
        over = true;
      });
  const std::string sent = lines(10'000'000);
  InThread paste([&] {
    say(user, sent);
    ::shutdown(user.get(), SHUT_WR);
  });
  // A terminal emulator that keeps only the capitals: the kernel may shorten an echo that is slow.
  InThread screen([&] {
    std::string capitals;
    std::string room(65536, '\0');
    for (;;) {
      const ssize_t count = ::read(user.get(), room.data(), room.size());
      if (count <= 0) return capitals;
      std::copy_if(room.begin(), room.begin() + count, std::back_inserter(capitals),
                   [](char letter) { return letter >= 'A' && letter <= 'Z'; });
    }
  });
  ASSERT_TRUE(this->serve_until([&] { return over; }));
  ours.close();
  EXPECT_FALSE(result.forward_error) << result.forward_error.message();
  EXPECT_FALSE(result.backward_error) << result.backward_error.message();
  EXPECT_GE(result.forward_bytes, sent.size());
  std::string wanted = sent;
  std::erase(wanted, '\n');
  std::transform(wanted.begin(), wanted.end(), wanted.begin(), to_upper);
  expect_same(screen.get(), wanted);
  EXPECT_EQ(process.wait(), ExitStatus{});
}

}  // namespace
}  // namespace conq::test
