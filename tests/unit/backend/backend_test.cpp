// SPDX-License-Identifier: Apache-2.0
// What a port has to provide, as written in src/backend/backend.hpp, on the real kernel.
#include "backend/backend.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "conq/pty.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/descriptors.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/backend/make_backend.hpp"

namespace conq {
namespace {

using detail::Event;
using detail::Watched;
using std::chrono::nanoseconds;

constexpr std::uint64_t kToken = (std::uint64_t{7} << 32U) | 3U;

template <class On>
class Backend : public ::testing::Test {
 protected:
  /// The events of one wait; ends at once where there are none.
  std::vector<Event> look() { return wait(nanoseconds::zero()); }
  std::vector<Event> wait(std::optional<nanoseconds> limit) {
    std::array<Event, 16> events;
    woken_ = false;
    std::error_code ec;
    const std::size_t count = backend_.wait(events, limit, woken_, ec);
    EXPECT_FALSE(ec) << ec.message();
    return {events.begin(), events.begin() + static_cast<std::ptrdiff_t>(count)};
  }
  Watched add(int fd) {
    std::error_code ec;
    const Watched watched = backend_.add(fd, kToken, ec);
    EXPECT_FALSE(ec) << ec.message();
    return watched;
  }

  std::error_code made_;
  std::unique_ptr<detail::Backend> owned_ = test::make_backend<On>(made_);
  detail::Backend& backend_ = *owned_;
  bool woken_ = false;
};

TYPED_TEST_SUITE(Backend, test::Backends, test::BackendNames);

TYPED_TEST(Backend, TheQueueIsCloseOnExec) {
  ASSERT_FALSE(this->made_);
  EXPECT_TRUE(test::is_close_on_exec(this->backend_.handle()));
}

TYPED_TEST(Backend, AWaitWithoutEventsEndsAtItsLimit) { EXPECT_TRUE(this->look().empty()); }

TYPED_TEST(Backend, BytesMakeOneReadableEventWithTheToken) {
  Pty pty = open_pty();
  pty.master.set_raw();
  this->add(pty.master.fd());
  this->look();
  ASSERT_EQ(::write(pty.slave.get(), "x", 1), 1);
  const auto events = this->wait(std::nullopt);
  ASSERT_FALSE(events.empty());
  bool readable = false;
  for (const Event& event : events) {
    EXPECT_EQ(event.token, kToken);
    EXPECT_FALSE(event.hung_up);
    readable |= event.readable;
  }
  EXPECT_TRUE(readable);
  EXPECT_TRUE(this->look().empty()) << "edge-triggered: told once";
}

TYPED_TEST(Backend, BytesThatCameBeforeTheRegistrationMakeAnEventToo) {
  Pty pty = open_pty();
  pty.master.set_raw();
  ASSERT_EQ(::write(pty.slave.get(), "x", 1), 1);
  this->add(pty.master.fd());
  bool readable = false;
  for (const Event& event : this->wait(std::nullopt)) readable |= event.readable;
  EXPECT_TRUE(readable);
}

TYPED_TEST(Backend, AHangupMakesAnEventThatIsReadableToo) {
  Pty pty = open_pty();
  this->add(pty.master.fd());
  this->look();
  pty.slave.reset();
  bool readable = false;
  bool hung_up = false;
  for (const Event& event : this->wait(std::nullopt)) {
    readable |= event.readable;
    hung_up |= event.hung_up;
  }
  EXPECT_TRUE(readable && hung_up);
}

TYPED_TEST(Backend, ARemovedDescriptorMakesNoEvent) {
  Pty pty = open_pty();
  this->add(pty.master.fd());
  this->backend_.remove(pty.master.fd());
  ASSERT_EQ(::write(pty.slave.get(), "x\n", 2), 2);
  pty.slave.reset();
  EXPECT_TRUE(this->look().empty());
}

TYPED_TEST(Backend, ARegularFileAndDevNullAreAlwaysReady) {
  const test::TempDir dir;
  const Fd file(::open((dir / "file").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  EXPECT_EQ(this->add(file.get()), Watched::always);
  EXPECT_EQ(this->add(null.get()), Watched::always);
}

TYPED_TEST(Backend, AClosedDescriptorIsRefused) {
  std::error_code ec;
  this->backend_.add(12345, kToken, ec);
  EXPECT_EQ(ec, std::errc::bad_file_descriptor);
}

TYPED_TEST(Backend, AWakeEndsTheWaitUnderWayOrElseTheNext) {
  this->backend_.wake();
  EXPECT_TRUE(this->wait(std::nullopt).empty());
  EXPECT_TRUE(this->woken_);
  std::thread waker([this] { this->backend_.wake(); });
  EXPECT_TRUE(this->wait(std::nullopt).empty());
  EXPECT_TRUE(this->woken_);
  waker.join();
  this->look();
  EXPECT_FALSE(this->woken_) << "told once";
}

TYPED_TEST(Backend, TheExitOfAChildMakesAnEvent) {
  std::array<int, 2> hold{};
  ASSERT_EQ(::pipe(hold.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(hold[1]);
    char byte = 0;
    [[maybe_unused]] const ssize_t count = ::read(hold[0], &byte, 1);
    ::_exit(0);
  }
  std::error_code ec;
  Fd process = this->backend_.add_exit(child, kToken, ec);
  EXPECT_FALSE(ec) << ec.message();
  EXPECT_TRUE(this->look().empty());
  ::close(hold[0]);
  ::close(hold[1]);
  const auto events = this->wait(std::nullopt);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].token, kToken);
  EXPECT_TRUE(events[0].readable);
  EXPECT_EQ(::waitpid(child, nullptr, 0), child);
  this->backend_.remove_exit(child, process);
}

TYPED_TEST(Backend, TheExitOfAChildThatWasReapedIsNoError) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  std::error_code ec = std::make_error_code(std::errc::io_error);
  const Fd process = this->backend_.add_exit(child, kToken, ec);
  EXPECT_FALSE(ec) << ec.message();
  this->backend_.remove_exit(child, process);
}

TYPED_TEST(Backend, AFurtherQueueOfItsKindCanWatchIt) {
  std::error_code ec;
  const auto outer = this->backend_.another(ec);
  if (!this->backend_.dialect().queue_is_pollable) {
    EXPECT_EQ(ec, std::errc::operation_not_supported);
    return;
  }
  ASSERT_FALSE(ec) << ec.message();
  outer->add(this->backend_.handle(), kToken, ec);
  ASSERT_FALSE(ec) << ec.message();
  this->backend_.wake();
  std::array<Event, 4> events;
  bool woken = false;
  ASSERT_EQ(outer->wait(events, std::nullopt, woken, ec), 1U);
  EXPECT_EQ(events[0].token, kToken);
  EXPECT_FALSE(woken);
}

}  // namespace
}  // namespace conq
