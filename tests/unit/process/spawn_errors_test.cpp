// SPDX-License-Identifier: Apache-2.0
// A spawn that fails: the error of the call, its name, and nothing left behind.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "tests/support/in_child.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/process/spawned.hpp"

namespace conq {
namespace {

using std::filesystem::perms;
using test::program;
using test::Refusal;
using test::refusal_of;
using test::shell;

void expect_refusal(detail::SpawnRequest request, std::errc error, const std::string& call) {
  const Refusal refusal = refusal_of(std::move(request));
  EXPECT_EQ(refusal.error, error) << refusal.error.message();
  EXPECT_EQ(refusal.failed_call, call);
}

TEST(SpawnErrors, AProgramThatIsNotThereIsEnoent) {
  expect_refusal(program({"/no/such/program", "x"}), std::errc::no_such_file_or_directory,
                 "exec /no/such/program");
}

TEST(SpawnErrors, ANameInNoFolderOfThePathIsEnoent) {
  expect_refusal(program({"conq-no-such-program"}), std::errc::no_such_file_or_directory,
                 "exec conq-no-such-program");
}

TEST(SpawnErrors, AFileThatIsNotExecutableIsEacces) {
  const test::TempDir dir;
  const std::string file = dir.file("plain", "#!/bin/sh\n");
  expect_refusal(program({file}), std::errc::permission_denied, "exec " + file);
}

TEST(SpawnErrors, ADirectoryIsEacces) {
  expect_refusal(program({"/"}), std::errc::permission_denied, "exec /");
}

TEST(SpawnErrors, AFileInPlaceOfAFolderIsEnotdir) {
  const test::TempDir dir;
  const std::string path = dir.file("plain", "") + "/program";
  expect_refusal(program({path}), std::errc::not_a_directory, "exec " + path);
}

TEST(SpawnErrors, AScriptWhoseInterpreterIsMissingIsEnoent) {
  const test::TempDir dir;
  const std::string file = dir.file("script", "#!/no/such/shell\n", perms::owner_all);
  expect_refusal(program({file}), std::errc::no_such_file_or_directory, "exec " + file);
}

TEST(SpawnErrors, AnArgumentBeyondTheKernelsLimitIsE2big) {
  expect_refusal(program({"/bin/sh", std::string(std::size_t{1} << 22U, 'x')}),
                 std::errc::argument_list_too_long, "exec /bin/sh");
}

TEST(SpawnErrors, ADirectoryThatIsNotThereIsNamed) {
  detail::SpawnRequest request = shell("true");
  request.directory = "/no/such/folder";
  expect_refusal(request, std::errc::no_such_file_or_directory, "chdir /no/such/folder");
  request.directory = "/dev/null";
  expect_refusal(request, std::errc::not_a_directory, "chdir /dev/null");
}

TEST(SpawnErrors, ANamelessProgramIsEnoent) {
  expect_refusal({}, std::errc::no_such_file_or_directory, "exec a program without a name");
  expect_refusal(program({""}), std::errc::no_such_file_or_directory,
                 "exec a program without a name");
}

TEST(SpawnErrors, ATextWithAZeroByteIsRefusedInsteadOfCutShort) {
  using namespace std::string_literals;
  const std::string call = "give a text with a 0 byte to a program";
  expect_refusal(program({"/bin/echo", "a\0b"s}), std::errc::invalid_argument, call);
  detail::SpawnRequest request = shell("true");
  request.directory = "/tmp\0x"s;
  expect_refusal(request, std::errc::invalid_argument, call);
  request.directory.clear();
  request.environment = {{"A=1\0B=2"s}};
  expect_refusal(request, std::errc::invalid_argument, call);
}

TEST(SpawnErrors, AStandardDescriptorCannotBeKept) {
  for (const int its : {-1, 0, 1, 2}) {
    detail::SpawnRequest request = shell("true");
    request.keep_fds = {{STDERR_FILENO, its}};
    expect_refusal(request, std::errc::invalid_argument, "keep a descriptor as 0, 1 or 2");
  }
}

TEST(SpawnErrors, ADescriptorThatIsNotOpenCannotBeKept) {
  const Fd closed;
  detail::SpawnRequest request = shell("true");
  request.keep_fds = {{closed.get(), 3}};
  expect_refusal(request, std::errc::bad_file_descriptor, "arrange the descriptors of /bin/sh");
}

TEST(SpawnErrors, ASlaveThatIsNoTerminalIsEnotty) {
  const Fd null(::open("/dev/null", O_RDWR));
  detail::SpawnRequest request = shell("true");
  request.slave_fd = null.get();
  expect_refusal(request, std::errc::inappropriate_io_control_operation,
                 "take the controlling terminal for /bin/sh");
}

TEST(SpawnErrors, ATerminalThatControlsAnotherSessionIsEperm) {
  const Pty pty = open_pty();
  detail::SpawnRequest request = shell("read line");
  request.slave_fd = pty.slave.get();
  std::error_code ec;
  std::string failed_call;
  const pid_t first = detail::spawn(request, ec, failed_call);
  ASSERT_FALSE(ec);
  EXPECT_EQ(detail::spawn(request, ec, failed_call), -1);
  EXPECT_EQ(ec, std::errc::operation_not_permitted);
  EXPECT_EQ(failed_call, "take the controlling terminal for /bin/sh");
  ::kill(first, SIGKILL);
  EXPECT_EQ(::waitpid(first, nullptr, 0), first);
}

TEST(SpawnErrors, WithoutRoomForThePipeTheDescriptorLimitIsReported) {
  test::in_child([] {
    const Pty pty = open_pty();
    detail::SpawnRequest request = shell("true");
    request.slave_fd = pty.slave.get();
    test::expect_no_room_for_pipe(request, 1);
  });
}

TEST(SpawnErrors, AForkThatFailsIsReportedAndLeavesNothing) {
  test::in_child([] {
    // The limit of processes does not count for root.
    constexpr uid_t nobody = 65534;
    if (::geteuid() == 0) {
      ASSERT_EQ(::setuid(nobody), 0);
    }
    const rlimit none{0, 0};
    ASSERT_EQ(::setrlimit(RLIMIT_NPROC, &none), 0);
    expect_refusal(shell("true"), std::errc::resource_unavailable_try_again, "fork for /bin/sh");
  });
}

TEST(SpawnErrors, TheNextSpawnAfterAFailureWorks) {
  refusal_of(program({"/no/such/program"}));
  EXPECT_EQ(test::output_of(shell("echo well")), "well\n");
}

}  // namespace
}  // namespace conq
