// SPDX-License-Identifier: Apache-2.0
// Row 14 without a program of the host's: a relay that does not read while it writes waits for
// ever.
#include <sys/socket.h>

#include <algorithm>

#include "tests/simulation/museum/virtual_time.hpp"
#include "tests/support/shell.hpp"

namespace conq::test {
namespace {

template <class On>
class Museum14 : public VirtualTime<On> {};
TYPED_TEST_SUITE(Museum14, Backends, BackendNames);

TYPED_TEST(Museum14, ABigPasteThroughAProgramWithEchoComesBack) {
  this->kernel.programs["capitals"] = {{sim::Step::Kind::copy}, {sim::Step::Kind::exit}};
  std::string sent;
  for (int line = 0; line < 2000; ++line) sent += "a line of a paste that nobody types\n";
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  auto ours = this->poller.add(Fd(ends[0]));
  const Fd user(ends[1]);
  auto process = TestFixture::Process::spawn(this->poller, program({"capitals"}));
  RelayOptions options;
  options.forward_finish = Finish::type_eof;
  RelayResult result;
  const auto relay =
      TestFixture::Relay::start(ours, process.console(), options, [&](const RelayResult& told) {
        result = told;
        ours.close();
        this->poller.close();
      });
  std::string capitals;
  this->run({{"the server", [&] { this->poller.wait(); }},
             {"the paste",
              [&] {
                say(user, sent);
                ::shutdown(user.get(), SHUT_WR);
              }},
             {"the screen", [&] {
                for (;;) {
                  const std::string piece = hear_some(user);
                  if (piece.empty()) return;
                  // The echo is in small letters; of a slow one the kernel may drop some.
                  std::copy_if(piece.begin(), piece.end(), std::back_inserter(capitals),
                               [](char letter) { return letter >= 'A' && letter <= 'Z'; });
                }
              }}});
  std::string wanted;
  for (int line = 0; line < 2000; ++line) wanted += "ALINEOFAPASTETHATNOBODYTYPES";
  expect_same(capitals, wanted);
  EXPECT_FALSE(result.forward_error) << result.forward_error.message();
  EXPECT_FALSE(result.backward_error) << result.backward_error.message();
}

}  // namespace
}  // namespace conq::test
