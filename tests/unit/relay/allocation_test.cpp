// SPDX-License-Identifier: Apache-2.0
#include "tests/support/counted_new.hpp"
#include "tests/unit/relay/relay_fixture.hpp"

namespace conq::test {
namespace {

template <class OnBackend>
class RelayAllocation : public RelayTest<OnBackend> {};
TYPED_TEST_SUITE(RelayAllocation, Backends, BackendNames);

TYPED_TEST(RelayAllocation, NoneOnceItRuns) {
  auto a = this->socket();
  auto b = this->raw_console();
  const long at_first = allocations();
  const auto relay = TestFixture::Relay::start(a.channel, b.channel, {}, this->done());
  EXPECT_GT(allocations(), at_first) << "nothing is counted here";
  long before = 0;
  for (int round = 0; round < 100; ++round) {
    if (round == 1) before = allocations();
    this->send(a.peer, "typed");
    this->receive(b.peer, 5);
    this->send(b.peer, "shown");
    this->receive(a.peer, 5);
  }
  EXPECT_EQ(allocations(), before);
}

}  // namespace
}  // namespace conq::test
