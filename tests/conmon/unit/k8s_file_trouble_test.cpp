// SPDX-License-Identifier: Apache-2.0
// The k8s-file log on disks that are full, in directories that are gone: said once, and it goes on.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>

#include "k8s_file_log.hpp"
#include "tests/conmon/unit/k8s_records.hpp"
#include "tests/conmon/unit/said.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/own_mounts_linux.hpp"
#include "tests/support/refuse_syscall_linux.hpp"
#include "tests/support/temp_dir.hpp"

namespace conq::conmon {
namespace {

using test::bytes;
using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;

constexpr std::int64_t record_of_one = 43 + 2 + 1 + 1;

class K8sTrouble : public testing::Test {
 protected:
  test::TempDir dir_;
  std::string path_ = dir_ / "ctr.log";
};

TEST_F(K8sTrouble, OfAFullDiskIsSaidOnceAndTearsNoRecord) {
  test::in_child([this] {
    if (!test::own_mounts() ||
        ::mount("none", dir_.path().c_str(), "tmpfs", 0, "size=65536") != 0) {
      GTEST_SKIP() << "no mounts of our own here";
    }
    const Said said;
    K8sFileLog log(path_, {});
    const std::string filler = dir_.file("filler", std::string(20'000, 'x'));
    for (int i = 0; i < 100; ++i) log.write(Stream::out, bytes(std::string(1000, 'y') + "\n"));
    const std::string once = "[conmon:e]: log " + path_ +
                             " cannot be written, output is lost: No space left on device\n";
    EXPECT_EQ(said.text(), once);
    const auto kept = records(file_text(path_));
    EXPECT_THAT(kept, Each("stdout F " + std::string(1000, 'y')));
    EXPECT_GT(kept.size(), 20U);

    std::filesystem::remove(filler);
    log.write(Stream::out, bytes("again\n"));
    EXPECT_EQ(records(file_text(path_)).back(), "stdout F again");
    const std::size_t lost = (100 - kept.size()) * 1046;
    EXPECT_EQ(said.text(), once + "[conmon:w]: log " + path_ +
                               " is written again; bytes lost: " + std::to_string(lost) + "\n");
  });
}

TEST_F(K8sTrouble, OfADeviceThatTakesNothingEndsNothing) {
  const Said said;
  K8sFileLog log("/dev/full", {.file = 1});
  log.write(Stream::out, bytes("one\ntwo\n"));
  log.write(Stream::out, bytes("three\n"));
  log.finish();
  EXPECT_EQ(said.text(),
            "[conmon:e]: log /dev/full cannot be written, output is lost: No space left on "
            "device\n");
}

TEST_F(K8sTrouble, OfADirectoryThatIsGoneIsSaidOnceAndTheLogGoesOnWhenItIsBack) {
  const Said said;
  const std::string folder = dir_ / "sub";
  std::filesystem::create_directory(folder);
  K8sFileLog log(folder + "/ctr.log", {.file = record_of_one});
  std::filesystem::remove_all(folder);
  log.write(Stream::out, bytes("a\nb\nc\n"));
  const std::string once = said.text();
  EXPECT_THAT(once, EndsWith("[conmon:e]: log " + folder +
                             "/ctr.log is emptied, as none can take "
                             "its place: No such file or directory\n"));
  log.write(Stream::out, bytes("a\nb\nc\n"));
  EXPECT_EQ(said.text(), once);
  std::filesystem::create_directory(folder);
  log.write(Stream::out, bytes("d\ne\n"));
  EXPECT_THAT(records(file_text(folder + "/ctr.log")), ElementsAre("stdout F e"));
}

TEST_F(K8sTrouble, OfAFileThatIsRemovedIsOverWithinASecondOfOutput) {
  const Said said;
  const std::string folder = dir_ / "sub";
  std::filesystem::create_directory(folder);
  const std::string path = folder + "/ctr.log";
  K8sFileLog log(path, {});
  log.write(Stream::out, bytes("a\n"));
  std::filesystem::remove_all(folder);
  EXPECT_TRUE(test::eventually([&] {
    log.write(Stream::out, bytes("lost\n"));
    return !said.text().empty();
  }));
  std::filesystem::create_directory(folder);
  ASSERT_TRUE(test::eventually([&] {
    log.write(Stream::out, bytes("kept\n"));
    return std::filesystem::exists(path);
  }));
  EXPECT_EQ(records(file_text(path)).front(), "stdout F kept");
  EXPECT_EQ(said.text(),
            "[conmon:e]: log " + path + " cannot be opened anew: No such file or directory\n");
}

TEST_F(K8sTrouble, OfAReopeningLeavesTheLogWithItsOldFile) {
  const Said said;
  const std::string folder = dir_ / "sub";
  std::filesystem::create_directory(folder);
  K8sFileLog log(folder + "/ctr.log", {});
  std::filesystem::rename(folder, dir_ / "elsewhere");
  log.reopen();
  log.reopen();
  log.write(Stream::out, bytes("one\n"));
  EXPECT_THAT(records(file_text(dir_ / "elsewhere/ctr.log")), ElementsAre("stdout F one"));
  EXPECT_EQ(said.text(), "[conmon:e]: log " + folder +
                             "/ctr.log cannot be opened anew: No such file or directory\n");
}

TEST_F(K8sTrouble, OfTheLimitForAllIsSaidOnceAndEndsTheLog) {
  const Said said;
  K8sFileLog log(path_, {.file = record_of_one, .total = 2 * record_of_one});
  log.write(Stream::out, bytes("a\n"));
  log.write(Stream::out, bytes("b\nc\n"));
  log.write(Stream::out, bytes("d\n"));
  EXPECT_THAT(records(file_text(path_)), ElementsAre("stdout F b"));
  EXPECT_EQ(said.text(),
            "[conmon:w]: log " + path_ + " has reached --log-global-size-max and ends\n");
}

TEST_F(K8sTrouble, OfASyncIsThatOfALogThatIsToBeSynced) {
  test::in_child([this] {
    const Said said;
    if (!test::refuse_syscall(SYS_fsync, EIO)) GTEST_SKIP() << "no seccomp here";
    K8sFileLog(dir_ / "unsynced", {.sync = false}).finish();
    EXPECT_EQ(said.text(), "");
    K8sFileLog(path_, {}).finish();
    EXPECT_THAT(said.text(),
                "[conmon:w]: log " + path_ + " cannot be synced: Input/output error\n");
  });
}

}  // namespace
}  // namespace conq::conmon
