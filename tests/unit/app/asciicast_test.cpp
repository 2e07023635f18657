// SPDX-License-Identifier: Apache-2.0
#include "asciicast.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers)
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <nlohmann/json.hpp>
#include <sstream>

#include "read_file.hpp"
#include "tests/support/descriptors.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/app/failure_of.hpp"

namespace conq::app {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using test::failure_of;
using ::testing::HasSubstr;

const Asciicast::Header header{{24, 80}, 1700000000, "/bin/sh", "xterm"};

class AsciicastFile : public ::testing::Test {
 protected:
  std::vector<json> lines() const {
    std::vector<json> lines;
    std::istringstream text(read_file(path_));
    for (std::string line; std::getline(text, line);) lines.push_back(json::parse(line));
    return lines;
  }

  test::TempDir dir_;
  std::string path_ = dir_ / "session.cast";
};

TEST_F(AsciicastFile, BeginsWithAHeader) {
  const Asciicast recording(path_, false, header);
  EXPECT_EQ(lines().at(0), json({{"version", 2},
                                 {"width", 80},
                                 {"height", 24},
                                 {"timestamp", 1700000000},
                                 {"env", {{"SHELL", "/bin/sh"}, {"TERM", "xterm"}}}}));
}

TEST_F(AsciicastFile, LeavesOutVariablesThatAreNotSet) {
  const Asciicast recording(path_, false, {{24, 80}, 1, "", ""});
  EXPECT_FALSE(lines().at(0).contains("env"));
}

TEST_F(AsciicastFile, HasAnEventALineAsSoonAsItHappened) {
  Asciicast recording(path_, false, header);
  recording.output(1500ms, "hi \"you\"\r\n\x1b[31m");
  ASSERT_EQ(lines().size(), 2U);
  EXPECT_EQ(lines().at(1), json({1.5, "o", "hi \"you\"\r\n\x1b[31m"}));
  recording.resize(2s, {50, 100});
  EXPECT_EQ(lines().at(2), json({2.0, "r", "100x50"}));
}

TEST_F(AsciicastFile, KeepsACharacterWholeThatTwoPiecesShare) {
  Asciicast recording(path_, false, header);
  recording.output(1s, "a\xe2\x82");
  recording.output(2s, "\xac\xf0");
  recording.output(3s, "\x9f\x98");
  recording.output(4s, "\x80");
  const std::vector<json> events = lines();
  ASSERT_EQ(events.size(), 4U) << "no event without text";
  EXPECT_EQ(events[1], json({1.0, "o", "a"}));
  EXPECT_EQ(events[2], json({2.0, "o", "\xe2\x82\xac"}));
  EXPECT_EQ(events[3], json({4.0, "o", "\xf0\x9f\x98\x80"}));
}

TEST_F(AsciicastFile, ReplacesWhatIsNoUtf8) {
  Asciicast recording(path_, false, header);
  recording.output(1s,
                   "a\xff"
                   "b\xe2\x82"
                   "c");
  EXPECT_EQ(lines().at(1).at(2),
            "a\xef\xbf\xbd"
            "b\xef\xbf\xbd"
            "c");
}

TEST_F(AsciicastFile, ShowsTheBeginningOfACharacterAtTheEnd) {
  Asciicast recording(path_, false, header);
  recording.output(1s, "a\xe2\x82");
  recording.finish(2s);
  recording.finish(3s);
  EXPECT_EQ(lines().size(), 3U);
  EXPECT_EQ(lines().at(2), json({2.0, "o", "\xef\xbf\xbd"}));
}

TEST_F(AsciicastFile, IsForItsOwnerAlone) {
  const Asciicast recording(path_, false, header);
  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(AsciicastFile, ReplacesAFileOnlyIfThatIsWanted) {
  dir_.file("session.cast", "precious");
  EXPECT_THAT(failure_of(failed, [this] { Asciicast(path_, false, header); }),
              HasSubstr("session.cast: File exists; --overwrite replaces it"));
  EXPECT_EQ(read_file(path_), "precious");
  const Asciicast recording(path_, true, header);
  EXPECT_EQ(lines().size(), 1U);
}

TEST_F(AsciicastFile, ThatIsReplacedIsForItsOwnerAlone) {
  dir_.file("session.cast", "old");
  ASSERT_EQ(::chmod(path_.c_str(), 0644), 0);
  const Asciicast recording(path_, true, header);
  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(lines().size(), 1U);
}

TEST_F(AsciicastFile, IsNotReplacedThroughALink) {
  dir_.file("other", "kept");
  const std::string other = dir_ / "other";
  ASSERT_EQ(::symlink(other.c_str(), path_.c_str()), 0);
  EXPECT_EQ(failure_of(failed, [this] { Asciicast(path_, true, header); }),
            "cannot record to " + path_ + ": it is a link");
  EXPECT_EQ(read_file(other), "kept");
}

TEST_F(AsciicastFile, IsNotReplacedWhereItIsAnotherUsers) {
  dir_.file("session.cast", "kept");
  if (::chown(path_.c_str(), 1, 1) != 0) GTEST_SKIP() << "only root gives files away";
  EXPECT_EQ(failure_of(failed, [this] { Asciicast(path_, true, header); }),
            "cannot record to " + path_ + ": it belongs to another user");
  EXPECT_EQ(read_file(path_), "kept");
}

TEST_F(AsciicastFile, IsNoPipeOfAnotherUser) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0666), 0);
  const Fd read_end(::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (::chown(path_.c_str(), 1, 1) != 0) GTEST_SKIP() << "only root gives files away";
  const std::string link = dir_ / "link";
  ASSERT_EQ(::symlink(path_.c_str(), link.c_str()), 0);
  for (const std::string& path : {path_, link}) {
    EXPECT_EQ(failure_of(failed, [&path] { Asciicast(path, true, header); }),
              "cannot record to " + path + ": it belongs to another user");
  }
  char nothing = '\0';
  EXPECT_EQ(::read(read_end.get(), &nothing, 1), 0);
}

TEST_F(AsciicastFile, MayBeADeviceOfRoot) {
  Asciicast recording("/dev/null", true, header);
  recording.output(1s, "x");
  EXPECT_FALSE(recording.error());
}

TEST_F(AsciicastFile, EndsInAWholeLineWhereNoMoreCanBeWritten) {
  test::in_child([this] {
    ::signal(SIGXFSZ, SIG_IGN);
    Asciicast recording(path_, false, header);
    recording.output(1s, "first");
    const std::string whole = read_file(path_);
    const rlimit limit{whole.size() + 10, RLIM_INFINITY};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
    recording.output(2s, "second");
    EXPECT_EQ(recording.error(), std::errc::file_too_large);
    recording.output(3s, "");
    EXPECT_EQ(read_file(path_), whole);
  });
}

TEST_F(AsciicastFile, MayBeAPipeOfTheShells) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const Fd read_end(ends[0]);
  const Fd write_end(ends[1]);
  const Asciicast recording("/dev/fd/" + std::to_string(write_end.get()), true, header);
  char first = '\0';
  ASSERT_EQ(::read(read_end.get(), &first, 1), 1);
  EXPECT_EQ(first, '{');
}

TEST_F(AsciicastFile, NamesTheFileThatItCannotMake) {
  EXPECT_EQ(failure_of(failed, [] { Asciicast("no/such/dir", true, header); }),
            "cannot record to no/such/dir: No such file or directory");
}

TEST_F(AsciicastFile, IsGoneWhenDiscarded) {
  const test::NoDescriptorLeak no_leak;
  Asciicast recording(path_, false, header);
  recording.discard();
  EXPECT_FALSE(is_file(path_));
}

TEST_F(AsciicastFile, IsNotThereIfNotEvenItsHeaderCouldBeWritten) {
  test::in_child([this] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{10, RLIM_INFINITY};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
    EXPECT_EQ(failure_of(failed, [this] { Asciicast(path_, false, header); }),
              "cannot record to " + path_ + ": File too large");
    EXPECT_FALSE(is_file(path_));
  });
}

TEST_F(AsciicastFile, StaysWhenDiscardedIfItIsAnother) {
  Asciicast recording(path_, false, header);
  ASSERT_EQ(::rename(path_.c_str(), (dir_ / "moved").c_str()), 0);
  dir_.file("session.cast", "new");
  recording.discard();
  EXPECT_EQ(read_file(path_), "new");
}

TEST_F(AsciicastFile, StaysWhenDiscardedIfItIsADevice) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  const Fd read_end(::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  Asciicast recording(path_, true, header);
  recording.discard();
  EXPECT_TRUE(is_file(path_));
}

}  // namespace
}  // namespace conq::app
