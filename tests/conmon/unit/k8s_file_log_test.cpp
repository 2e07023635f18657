// SPDX-License-Identifier: Apache-2.0
// Records, times and limits of the k8s-file log.
#include "k8s_file_log.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/conmon/unit/k8s_records.hpp"
#include "tests/support/counted_new.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/temp_dir.hpp"

namespace conq::conmon {
namespace {

using test::bytes;
using testing::ElementsAre;
using testing::MatchesRegex;

class K8sFile : public testing::Test {
 protected:
  K8sFileLog open(const K8sFileLog::Limits& limits = {}) const { return {path_, limits}; }
  std::string text() const { return file_text(path_); }
  std::vector<std::string> in_file() const { return records(text()); }

  test::TempDir dir_;
  std::string path_ = dir_ / "ctr.log";
};

TEST_F(K8sFile, HasARecordForEachLineAndForEachPieceOfOne) {
  K8sFileLog log = open();
  log.write(Stream::out, bytes("one\n\ntwo"));
  log.write(Stream::err, bytes("oops\n"));
  log.write(Stream::out, bytes("\n"));
  log.write(Stream::out, bytes("cr\r\nlast"));
  log.write(Stream::out, {});
  log.finish();
  EXPECT_THAT(in_file(), ElementsAre("stdout F one", "stdout F ", "stdout P two", "stderr F oops",
                                     "stdout F ", "stdout F cr\r", "stdout P last"));
}

TEST_F(K8sFile, KeepsEveryByte) {
  std::string all;
  for (int i = 0; i < 256; ++i) {
    if (i != '\n') all += static_cast<char>(i);
  }
  open().write(Stream::out, bytes(all));
  EXPECT_THAT(in_file(), ElementsAre("stdout P " + all));
}

TEST_F(K8sFile, TakesMoreThanAReadForSeveralOfThem) {
  const std::string line(8192, 'x');
  open().write(Stream::out, bytes(line + "y\n"));
  EXPECT_THAT(in_file(), ElementsAre("stdout P " + line, "stdout F y"));
}

TEST_F(K8sFile, HasOneTimeForAllOfARead) {
  const timespec before = [] {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return now;
  }();
  open().write(Stream::out, bytes("one\ntwo\n"));
  const std::string first = text().substr(0, 35);
  EXPECT_THAT(first, MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
                                  "\\.[0-9]{9}[+-][0-9]{2}:[0-9]{2}"));
  EXPECT_EQ(text().substr(text().find('\n') + 1, 35), first);
  K8sStamp stamp;
  EXPECT_GE(first, stamp.of(before, Stream::out).substr(0, 35));
}

TEST(K8sStamp, IsLocalTimeWithNineDigitsAndTheOffset) {
  test::in_child([] {
    const auto in = [](const char* zone, std::time_t second, long nanosecond) {
      ::setenv("TZ", zone, 1);
      ::tzset();
      return std::string(K8sStamp().of({second, nanosecond}, Stream::out));
    };
    EXPECT_EQ(in("UTC0", 1'700'000'000, 0), "2023-11-14T22:13:20.000000000+00:00 stdout ");
    EXPECT_EQ(in("AAA-5:30", 1'700'000'000, 7), "2023-11-15T03:43:20.000000007+05:30 stdout ");
    EXPECT_EQ(in("BBB3:30", 1'700'000'000, 999'999'999),
              "2023-11-14T18:43:20.999999999-03:30 stdout ");
  });
}

TEST(K8sStamp, FollowsTheChangeToSummerTime) {
  test::in_child([] {
    ::setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    ::tzset();
    constexpr std::time_t change = 1'711'846'800;
    K8sStamp stamp;
    EXPECT_EQ(stamp.of({change - 1, 5}, Stream::out),
              "2024-03-31T01:59:59.000000005+01:00 stdout ");
    EXPECT_EQ(stamp.of({change, 6}, Stream::err), "2024-03-31T03:00:00.000000006+02:00 stderr ");
    EXPECT_EQ(stamp.of({change, 12}, Stream::out), "2024-03-31T03:00:00.000000012+02:00 stdout ");
  });
}

TEST_F(K8sFile, IsOpenToItsOwnerAloneAndGoesOnBehindWhatItHeld) {
  open().write(Stream::out, bytes("one\n"));
  open().write(Stream::out, bytes("two\n"));
  EXPECT_THAT(in_file(), ElementsAre("stdout F one", "stdout F two"));
  EXPECT_EQ(std::filesystem::status(path_).permissions(), std::filesystem::perms{0600});
}

/// How many write(2)s this process has made.
long writes_made() {
  std::ifstream io("/proc/self/io");
  for (std::string word; io >> word;) {
    long count = 0;
    if (word == "syscw:" && io >> count) return count;
  }
  return -1;
}

TEST_F(K8sFile, WritesAllRecordsOfAReadAtOnceAndAllocatesNothing) {
  K8sFileLog log = open();
  std::string lines;
  while (lines.size() < 8192) lines += "a line of some forty bytes or even more\n";
  lines.resize(8192);
  log.write(Stream::out, bytes(lines));
  const long written = writes_made();
  const long allocated = test::allocations();
  log.write(Stream::out, bytes(lines));
  EXPECT_EQ(test::allocations(), allocated);
  if (written < 0) GTEST_SKIP() << "this kernel does not count the writes of a process";
  EXPECT_EQ(writes_made(), written + 1);
}

TEST_F(K8sFile, TakesAReadOfNewlinesAlone) {
  open().write(Stream::out, bytes(std::string(8192, '\n')));
  EXPECT_EQ(in_file(), std::vector<std::string>(8192, "stdout F "));
}

constexpr std::int64_t record_of_three = 43 + 2 + 3 + 1;

TEST_F(K8sFile, IsBegunAnewBeforeItGrowsBeyondItsLimit) {
  K8sFileLog log = open({.file = 2 * record_of_three});
  log.write(Stream::out, bytes("one\n"));
  const Fd reader(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  log.write(Stream::out, bytes("two\nthree\n"));
  EXPECT_THAT(in_file(), ElementsAre("stdout F three"));
  std::string old(1000, '\0');
  old.resize(static_cast<std::size_t>(::read(reader.get(), old.data(), old.size())));
  EXPECT_THAT(records(old), ElementsAre("stdout F one", "stdout F two"));
  EXPECT_FALSE(std::filesystem::exists(path_ + ".tmp"));
  EXPECT_EQ(std::filesystem::status(path_).permissions(), std::filesystem::perms{0600});
  log.write(Stream::out, bytes("fou"));
  EXPECT_THAT(in_file(), ElementsAre("stdout P fou"));
  log.write(Stream::out, bytes("fiv"));
  EXPECT_THAT(in_file(), ElementsAre("stdout P fou", "stdout P fiv"));
}

TEST_F(K8sFile, CountsWhatItHeldBefore) {
  open().write(Stream::out, bytes("one\n"));
  open({.file = 2 * record_of_three - 1}).write(Stream::out, bytes("two\n"));
  EXPECT_THAT(in_file(), ElementsAre("stdout F two"));
}

TEST_F(K8sFile, HoldsARecordThatAloneIsBeyondTheLimit) {
  K8sFileLog log = open({.file = 10});
  log.write(Stream::out, bytes("one\ntwo\n"));
  EXPECT_THAT(in_file(), ElementsAre("stdout F two"));
}

TEST_F(K8sFile, FollowsNoLinkWhereItIsBegunAnew) {
  const std::string precious = dir_.file("precious", "kept");
  std::filesystem::create_symlink(precious, path_ + ".tmp");
  K8sFileLog log = open({.file = record_of_three});
  log.write(Stream::out, bytes("one\ntwo\n"));
  EXPECT_EQ(file_text(precious), "kept");
  EXPECT_THAT(in_file(), ElementsAre("stdout F two"));
}

TEST_F(K8sFile, LeavesTheNameOfWhatIsNoFileAlone) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  const Fd reader(::open(path_.c_str(), O_RDWR | O_CLOEXEC));
  K8sFileLog log = open({.file = record_of_three});
  log.write(Stream::out, bytes("one\ntwo\n"));
  log.finish();
  EXPECT_TRUE(std::filesystem::is_fifo(path_));
  std::string all(1000, '\0');
  all.resize(static_cast<std::size_t>(::read(reader.get(), all.data(), all.size())));
  EXPECT_THAT(records(all), ElementsAre("stdout F one", "stdout F two"));
}

TEST_F(K8sFile, GoesOnUnderItsNameWhereSomebodyHasRotatedIt) {
  K8sFileLog log = open();
  log.write(Stream::out, bytes("one\n"));
  std::filesystem::rename(path_, path_ + ".1");
  log.reopen();
  log.write(Stream::out, bytes("two\n"));
  EXPECT_THAT(records(file_text(path_ + ".1")), ElementsAre("stdout F one"));
  EXPECT_THAT(in_file(), ElementsAre("stdout F two"));
  EXPECT_EQ(std::filesystem::status(path_).permissions(), std::filesystem::perms{0600});
}

TEST_F(K8sFile, LosesNothingWhereNobodyHasRotatedIt) {
  K8sFileLog log = open({.file = 2 * record_of_three});
  log.write(Stream::out, bytes("one\n"));
  log.reopen();
  log.write(Stream::out, bytes("two\n"));
  EXPECT_THAT(in_file(), ElementsAre("stdout F one", "stdout F two"));
  log.write(Stream::out, bytes("thr\n"));
  EXPECT_THAT(in_file(), ElementsAre("stdout F thr"));
}

TEST(Logs, AreThoseThatTheOptionsName) {
  const test::TempDir dir;
  Options options;
  options.cid = "0123456789abcdef";
  options.log_size_max = record_of_three;
  options.logs = {{LogTarget::Driver::none, {}},
                  {LogTarget::Driver::k8s_file, dir / "a"},
                  {LogTarget::Driver::passthrough, {}},
                  {LogTarget::Driver::k8s_file, dir / "b"},
                  {LogTarget::Driver::journald, {}}};
  const auto logs = open_logs(options);
  ASSERT_EQ(logs.size(), 3U);
  for (const int i : {0, 1}) logs[static_cast<std::size_t>(i)]->write(Stream::out, bytes("a\nb\n"));
  for (const char* const name : {"a", "b"}) {
    EXPECT_THAT(records(file_text(dir / name)), ElementsAre("stdout F b"));
  }
}

TEST(Logs, AreRefusedWhereTheirFileCannotBeOpened) {
  Options options;
  options.logs = {{LogTarget::Driver::k8s_file, "/no/such/file"}};
  try {
    open_logs(options);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const std::system_error& error) {
    EXPECT_STREQ(error.what(), "log file /no/such/file: No such file or directory");
  }
}

}  // namespace
}  // namespace conq::conmon
