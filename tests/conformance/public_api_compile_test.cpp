// SPDX-License-Identifier: Apache-2.0
// Every member of the engine's public types is used once, so that each is there and links; the
// forms with an error_code do not throw.
#include <chrono>
#include <type_traits>

#include "conq/conq.hpp"
#include "conq/task.hpp"
#include "tests/support/backends.hpp"

bool conq_engine_works_without_exceptions();

namespace conq::test {
namespace {

using std::chrono::nanoseconds;

static_assert(std::is_same_v<Poller, BasicPoller<NativeBackend>>);
static_assert(std::is_same_v<PolledConsole, Poller::PolledConsole>);
static_assert(std::is_same_v<PolledStream, Poller::PolledStream>);
static_assert(std::is_same_v<Channel, Poller::Channel>);
static_assert(std::is_same_v<Epoller, BasicPoller<EpollBackend>>);
static_assert(std::is_same_v<EpollConsole, Epoller::PolledConsole>);
static_assert(std::is_same_v<EpollStream, Epoller::PolledStream>);
static_assert(std::is_same_v<Kqueuer, BasicPoller<KqueueBackend>>);
static_assert(std::is_same_v<KqueueConsole, Kqueuer::PolledConsole>);
static_assert(std::is_same_v<KqueueStream, Kqueuer::PolledStream>);

template <class T>
constexpr bool move_only =
    !std::is_copy_constructible_v<T> && !std::is_copy_assignable_v<T> &&
    std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T> &&
    std::is_nothrow_default_constructible_v<T>;
template <class T>
constexpr bool stays_in_place =
    !std::is_copy_constructible_v<T> && !std::is_move_constructible_v<T>;

template <class On>
class PublicApi : public testing::Test {
 public:
  using Poller = typename On::Poller;
  using Channel = typename On::Channel;
  using Console = typename On::Console;
  using Stream = typename On::Stream;
  using Process = typename On::Process;

  static_assert(move_only<Console>);
  static_assert(move_only<Stream>);
  static_assert(move_only<Process>);
  static_assert(stays_in_place<Poller>);
  static_assert(stays_in_place<IoAwaiter>);
  static_assert(stays_in_place<ExitAwaiter>);
  static_assert(std::is_base_of_v<Channel, Console>);
  static_assert(std::is_base_of_v<Channel, Stream>);
};
TYPED_TEST_SUITE(PublicApi, Backends, BackendNames);

using Into = std::span<std::byte>;
using From = std::span<const std::byte>;
using Ec = std::error_code&;

TYPED_TEST(PublicApi, OfAChannelIsAllThere) {
  using C = typename TestFixture::Channel;
  [[maybe_unused]] int (C::*fd)() const noexcept = &C::fd;
  [[maybe_unused]] std::size_t (C::*read)(Into) = &C::read;
  [[maybe_unused]] std::size_t (C::*read_ec)(Into, Ec) noexcept = &C::read;
  [[maybe_unused]] std::size_t (C::*read_for)(Into, nanoseconds) = &C::read_for;
  [[maybe_unused]] std::size_t (C::*read_for_ec)(Into, nanoseconds, Ec) noexcept = &C::read_for;
  [[maybe_unused]] std::size_t (C::*write)(From) = &C::write;
  [[maybe_unused]] std::size_t (C::*write_ec)(From, Ec) noexcept = &C::write;
  [[maybe_unused]] void (C::*async_read)(Into, IoHandler) = &C::async_read;
  [[maybe_unused]] void (C::*async_read_ec)(Into, IoHandler, Ec) noexcept = &C::async_read;
  [[maybe_unused]] void (C::*async_lent)(LentHandler) = &C::async_read;
  [[maybe_unused]] void (C::*async_lent_ec)(LentHandler, Ec) noexcept = &C::async_read;
  [[maybe_unused]] void (C::*async_write)(From, IoHandler) = &C::async_write;
  [[maybe_unused]] void (C::*async_write_ec)(From, IoHandler, Ec) noexcept = &C::async_write;
  [[maybe_unused]] IoAwaiter (C::*await_read)(Into) noexcept = &C::async_read;
  [[maybe_unused]] IoAwaiter (C::*await_read_ec)(Into, Ec) noexcept = &C::async_read;
  [[maybe_unused]] IoAwaiter (C::*await_write)(From) noexcept = &C::async_write;
  [[maybe_unused]] IoAwaiter (C::*await_write_ec)(From, Ec) noexcept = &C::async_write;
  [[maybe_unused]] void (C::*cancel)() noexcept = &C::cancel;
  [[maybe_unused]] void (C::*cancel_read)() noexcept = &C::cancel_read;
  [[maybe_unused]] void (C::*cancel_write)() noexcept = &C::cancel_write;
  [[maybe_unused]] void (C::*shutdown)() noexcept = &C::shutdown;
  [[maybe_unused]] void (C::*shutdown_by)(std::function<void(int)>) = &C::shutdown;
  [[maybe_unused]] void (C::*close)() = &C::close;
  [[maybe_unused]] void (C::*close_ec)(Ec) noexcept = &C::close;
  EXPECT_FALSE(C());
}

TYPED_TEST(PublicApi, OfAConsoleIsAllThere) {
  using C = typename TestFixture::Console;
  [[maybe_unused]] std::string (C::*name)() const = &C::name;
  [[maybe_unused]] WinSize (C::*size)() const = &C::size;
  [[maybe_unused]] WinSize (C::*size_ec)(Ec) const noexcept = &C::size;
  [[maybe_unused]] void (C::*resize)(WinSize) = &C::resize;
  [[maybe_unused]] void (C::*resize_ec)(WinSize, Ec) noexcept = &C::resize;
  [[maybe_unused]] void (C::*resize_from)(const Console&) = &C::resize_from;
  [[maybe_unused]] void (C::*resize_from_ec)(const Console&, Ec) noexcept = &C::resize_from;
  [[maybe_unused]] void (C::*set_raw)() = &C::set_raw;
  [[maybe_unused]] void (C::*set_raw_ec)(Ec) noexcept = &C::set_raw;
  [[maybe_unused]] void (C::*disable_echo)() = &C::disable_echo;
  [[maybe_unused]] void (C::*disable_echo_ec)(Ec) noexcept = &C::disable_echo;
  [[maybe_unused]] void (C::*reset)() = &C::reset;
  [[maybe_unused]] void (C::*reset_ec)(Ec) noexcept = &C::reset;
}

TYPED_TEST(PublicApi, OfAPollerIsAllThere) {
  using P = typename TestFixture::Poller;
  using C = typename P::PolledConsole;
  using S = typename P::PolledStream;
  [[maybe_unused]] C (P::*add)(Console, AddOptions) = &P::add;
  [[maybe_unused]] C (P::*add_ec)(Console, AddOptions, Ec) noexcept = &P::add;
  [[maybe_unused]] S (P::*add_fd)(Fd) = &P::add;
  [[maybe_unused]] S (P::*add_fd_ec)(Fd, Ec) noexcept = &P::add;
  [[maybe_unused]] void (P::*wait)() = &P::wait;
  [[maybe_unused]] void (P::*wait_ec)(Ec) = &P::wait;
  [[maybe_unused]] std::size_t (P::*wait_for)(nanoseconds) = &P::wait_for;
  [[maybe_unused]] std::size_t (P::*wait_for_ec)(nanoseconds, Ec) = &P::wait_for;
  [[maybe_unused]] int (P::*native_handle)() const = &P::native_handle;
  [[maybe_unused]] int (P::*native_handle_ec)(Ec) const noexcept = &P::native_handle;
  [[maybe_unused]] void (P::*close_console)(int) = &P::close_console;
  [[maybe_unused]] void (P::*close_console_ec)(int, Ec) noexcept = &P::close_console;
  [[maybe_unused]] void (P::*close)() = &P::close;
  [[maybe_unused]] void (P::*close_ec)(Ec) noexcept = &P::close;
  static_assert(std::is_nothrow_constructible_v<P, Ec>);
}

TYPED_TEST(PublicApi, OfAProcessIsAllThere) {
  using P = typename TestFixture::Process;
  using Queue = typename TestFixture::Poller;
  [[maybe_unused]] P (*spawn)(Queue&, const ProcessOptions&) = &P::spawn;
  [[maybe_unused]] P (*spawn_ec)(Queue&, const ProcessOptions&, Ec) noexcept = &P::spawn;
  [[maybe_unused]] pid_t (P::*pid)() const noexcept = &P::pid;
  [[maybe_unused]] typename Queue::PolledConsole& (P::*console)() noexcept = &P::console;
  [[maybe_unused]] ExitStatus (P::*wait)() = &P::wait;
  [[maybe_unused]] ExitStatus (P::*wait_ec)(Ec) noexcept = &P::wait;
  [[maybe_unused]] ExitStatus (P::*wait_for)(nanoseconds) = &P::wait_for;
  [[maybe_unused]] ExitStatus (P::*wait_for_ec)(nanoseconds, Ec) noexcept = &P::wait_for;
  [[maybe_unused]] void (P::*async_wait)(ExitHandler) = &P::async_wait;
  [[maybe_unused]] void (P::*async_wait_ec)(ExitHandler, Ec) noexcept = &P::async_wait;
  [[maybe_unused]] ExitAwaiter (P::*await_exit)() noexcept = &P::async_wait;
  [[maybe_unused]] void (P::*kill)(int) = &P::kill;
  [[maybe_unused]] void (P::*kill_ec)(int, Ec) noexcept = &P::kill;
  [[maybe_unused]] void (P::*kill_group)(int) = &P::kill_group;
  [[maybe_unused]] void (P::*kill_group_ec)(int, Ec) noexcept = &P::kill_group;
}

TYPED_TEST(PublicApi, OfAConsoleSocketIsAllThere) {
  using S = typename TypeParam::ConsoleSocket;
  using Queue = typename TestFixture::Poller;
  using Options = const ConsoleSocketOptions&;
  static_assert(move_only<S>);
  static_assert(stays_in_place<ReceiveAwaiter>);
  [[maybe_unused]] S (*listen)(Queue&, Options) = &S::listen;
  [[maybe_unused]] S (*listen_ec)(Queue&, Options, Ec) noexcept = &S::listen;
  [[maybe_unused]] const std::string& (S::*path)() const noexcept = &S::path;
  [[maybe_unused]] conq::Console (S::*receive)() = &S::receive;
  [[maybe_unused]] conq::Console (S::*receive_ec)(Ec) noexcept = &S::receive;
  [[maybe_unused]] conq::Console (S::*receive_for)(nanoseconds) = &S::receive_for;
  [[maybe_unused]] conq::Console (S::*receive_for_ec)(nanoseconds, Ec) noexcept = &S::receive_for;
  [[maybe_unused]] void (S::*async_receive)(ConsoleHandler) = &S::async_receive;
  [[maybe_unused]] void (S::*async_receive_ec)(ConsoleHandler, Ec) noexcept = &S::async_receive;
  [[maybe_unused]] ReceiveAwaiter (S::*await)() noexcept = &S::async_receive;
  [[maybe_unused]] ReceiveAwaiter (S::*await_ec)(Ec) noexcept = &S::async_receive;
  [[maybe_unused]] void (S::*cancel)() noexcept = &S::cancel;
  [[maybe_unused]] void (S::*shutdown)() noexcept = &S::shutdown;
  [[maybe_unused]] void (S::*close)() = &S::close;
  [[maybe_unused]] void (S::*close_ec)(Ec) noexcept = &S::close;
}

TYPED_TEST(PublicApi, OfARelayIsAllThere) {
  using R = typename TypeParam::Relay;
  static_assert(std::is_nothrow_move_constructible_v<R>);
  [[maybe_unused]] void (R::*stop)() noexcept = &R::stop;
}

TEST(PublicApi, WorksWithoutExceptions) { EXPECT_TRUE(conq_engine_works_without_exceptions()); }

TEST(PublicApi, ThePlatformsOwnBackendIsBuilt) {
  Poller poller;
  EXPECT_EQ(poller.wait_for(std::chrono::milliseconds(0)), 0U);
}

}  // namespace
}  // namespace conq::test
