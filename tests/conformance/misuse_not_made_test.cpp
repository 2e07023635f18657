// SPDX-License-Identifier: Apache-2.0
// A poller that could not be made, and is used all the same.
#include <fcntl.h>
#include <sys/resource.h>

#include "tests/support/descriptors.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/poller_test.hpp"
#include "tests/support/shell.hpp"

namespace conq::test {
namespace {

template <class On>
class MisuseNotMade : public testing::Test {};
TYPED_TEST_SUITE(MisuseNotMade, Backends, BackendNames);

TYPED_TEST(MisuseNotMade, EveryCallReportsClosed) {
  in_child([] {
    Pty pty = open_pty();
    const int slave = pty.slave.get();
    const rlimit low{static_cast<rlim_t>(open_descriptors().back()) + 1, 20000};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
    std::vector<Fd> taken;
    for (;;) {
      Fd fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
      if (!fd) break;
      taken.push_back(std::move(fd));
    }
    std::error_code ec;
    typename TypeParam::Poller none(ec);
    ASSERT_TRUE(ec) << "there was no descriptor left";
    taken.clear();

    const auto expect_closed = [&ec](auto call) {
      ec.clear();
      call();
      EXPECT_EQ(ec, errc::closed);
    };
    expect_closed([&] { none.add(std::move(pty.master), {}, ec); });
    expect_closed([&] { none.add(std::move(pty.slave), ec); });
    EXPECT_FALSE(is_open(slave)) << "as it was given away";
    expect_closed([&] { none.wait(ec); });
    expect_closed([&] { none.wait_for(std::chrono::nanoseconds::max(), ec); });
    expect_closed([&] { none.native_handle(ec); });
    expect_closed([&] { none.close_console(0, ec); });
    expect_closed([&] { none.close(ec); });
    expect_closed([&] { TypeParam::Process::spawn(none, shell("exit 3"), ec); });
    EXPECT_EQ(text_of_error([&] { none.wait(); }),
              "wait on the console queue: " + make_error_code(errc::closed).message());
  });
}

}  // namespace
}  // namespace conq::test
