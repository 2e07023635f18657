// SPDX-License-Identifier: Apache-2.0
#include "journald_log.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "tests/conmon/unit/datagrams.hpp"
#include "tests/conmon/unit/said.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/temp_dir.hpp"

namespace conq::conmon {
namespace {

using test::bytes;
using testing::ElementsAre;
using testing::Pair;
using Fields = std::vector<std::pair<std::string, std::string>>;

/// A message of the native protocol, read as its description has it.
Fields fields_in(std::string_view message) {
  Fields fields;
  while (!message.empty()) {
    const std::string_view line = message.substr(0, message.find('\n'));
    const std::size_t equals = line.find('=');
    std::string_view value;
    if (equals != line.npos) {
      value = line.substr(equals + 1);
      message.remove_prefix(line.size());
    } else {
      std::uint64_t size = 0;
      message.remove_prefix(line.size() + 1);
      for (std::size_t i = 8; i-- > 0;) size = size << 8 | static_cast<unsigned char>(message[i]);
      value = message.substr(8, size);
      message.remove_prefix(8 + value.size());
    }
    fields.emplace_back(line.substr(0, equals), value);
    if (message.empty() || message[0] != '\n') return {{"broken", std::string(message)}};
    message.remove_prefix(1);
  }
  return fields;
}

class Journal : public testing::Test {
 protected:
  Journal() {
    options_.cid = "0123456789abcdef";
    options_.name = "web";
  }
  /// What is said, with its stream's priority, and whether it is a piece of a line.
  struct Message {
    std::string text;
    std::string priority;
    bool piece;
    bool operator==(const Message&) const = default;
  };
  Message next_message() {
    Message message{};
    for (const auto& [key, value] : fields_in(journal_.next())) {
      if (key == "MESSAGE") message.text = value;
      if (key == "PRIORITY") message.priority = value;
      if (key == "CONTAINER_PARTIAL_MESSAGE") message.piece = value == "true";
    }
    return message;
  }

  test::TempDir dir_;
  std::string path_ = dir_ / "socket";
  Datagrams journal_{path_};
  Options options_;
};

TEST_F(Journal, IsToldTheFieldsThatPodmanReads) {
  JournaldLog(options_, path_).write(Stream::out, bytes("text\n"));
  EXPECT_THAT(fields_in(journal_.next()),
              ElementsAre(Pair("MESSAGE", "text\n"), Pair("PRIORITY", "6"),
                          Pair("CONTAINER_ID_FULL", "0123456789abcdef"),
                          Pair("CONTAINER_ID", "0123456789ab"), Pair("CONTAINER_NAME", "web"),
                          Pair("SYSLOG_IDENTIFIER", "web")));
}

TEST_F(Journal, IsToldTagAndLabelsWhateverTheyHold) {
  options_.log_tag = "two\nlines";
  options_.log_labels = {"ONE=1=2", "EMPTY="};
  JournaldLog(options_, path_).write(Stream::err, bytes("text\n"));
  EXPECT_THAT(fields_in(journal_.next()),
              ElementsAre(Pair("MESSAGE", "text\n"), Pair("PRIORITY", "3"),
                          Pair("CONTAINER_ID_FULL", "0123456789abcdef"),
                          Pair("CONTAINER_ID", "0123456789ab"), Pair("CONTAINER_TAG", "two\nlines"),
                          Pair("CONTAINER_NAME", "web"), Pair("SYSLOG_IDENTIFIER", "two\nlines"),
                          Pair("ONE", "1=2"), Pair("EMPTY", "")));
}

TEST_F(Journal, CallsAContainerWithoutANameByItsId) {
  options_.name.clear();
  JournaldLog(options_, path_).write(Stream::out, bytes("text\n"));
  EXPECT_THAT(fields_in(journal_.next()),
              testing::Contains(Pair("SYSLOG_IDENTIFIER", "0123456789ab")));
}

TEST_F(Journal, HasAMessageForEachLine) {
  JournaldLog(options_, path_).write(Stream::out, bytes("one\n\ntwo=2\n"));
  EXPECT_EQ(next_message(), (Message{"one\n", "6", false}));
  EXPECT_EQ(next_message(), (Message{"\n", "6", false}));
  EXPECT_EQ(next_message(), (Message{"two=2\n", "6", false}));
}

TEST_F(Journal, KeepsEveryByte) {
  std::string all;
  for (int i = 0; i < 256; ++i) {
    if (i != '\n') all += static_cast<char>(i);
  }
  JournaldLog(options_, path_).write(Stream::out, bytes(all + "\n"));
  EXPECT_EQ(next_message().text, all + "\n");
}

TEST_F(Journal, JoinsThePiecesOfALineForEachStream) {
  JournaldLog log(options_, path_);
  log.write(Stream::out, bytes("o"));
  log.write(Stream::err, bytes("e"));
  log.write(Stream::out, bytes("ne\ntwo"));
  log.write(Stream::err, bytes("rr\n"));
  EXPECT_EQ(next_message(), (Message{"one\n", "6", false}));
  EXPECT_EQ(next_message(), (Message{"err\n", "3", false}));
  EXPECT_FALSE(journal_.has_more());
  log.finish();
  EXPECT_EQ(next_message(), (Message{"two", "6", true}));
  log.finish();
  EXPECT_FALSE(journal_.has_more());
}

TEST_F(Journal, CutsALineThatIsLongerThanARead) {
  JournaldLog log(options_, path_);
  const std::string read(8192, 'x');
  log.write(Stream::out, bytes(read));
  EXPECT_EQ(next_message(), (Message{read, "6", true}));
  log.write(Stream::out, bytes(std::string(8191, 'y')));
  EXPECT_FALSE(journal_.has_more());
  log.write(Stream::out, bytes("z"));
  EXPECT_EQ(next_message(), (Message{std::string(8191, 'y') + "z", "6", true}));
  log.write(Stream::out, bytes("end\n"));
  EXPECT_EQ(next_message(), (Message{"end\n", "6", false}));
}

TEST_F(Journal, IsGivenAsASealedFileWhatNoDatagramHolds) {
  const std::string large(300'000, 'x');
  options_.log_labels = {"LARGE=" + large};
  JournaldLog(options_, path_).write(Stream::out, bytes("text\n"));
  EXPECT_EQ(journal_.next(), "");
  ASSERT_TRUE(journal_.attached());
  constexpr int sealed = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
  EXPECT_EQ(::fcntl(journal_.attached().get(), F_GET_SEALS), sealed);
  std::string message(400'000, '\0');
  const ssize_t size = ::pread(journal_.attached().get(), message.data(), message.size(), 0);
  message.resize(static_cast<std::size_t>(size));
  const Fields fields = fields_in(message);
  EXPECT_THAT(fields, testing::Contains(Pair("MESSAGE", "text\n")));
  EXPECT_THAT(fields, testing::Contains(Pair("LARGE", large)));
}

TEST_F(Journal, ThatIsMissingIsSaidOnceAndUsedWhenItIsThere) {
  const Said said;
  const std::string later = dir_ / "later";
  JournaldLog log(options_, later);
  log.write(Stream::out, bytes("one\ntwo\n"));
  const std::string once =
      "[conmon:e]: the journal takes no messages, output is lost: No such file or directory\n";
  EXPECT_EQ(said.text(), once);
  Datagrams journal(later);
  log.write(Stream::out, bytes("three\n"));
  EXPECT_THAT(fields_in(journal.next()), testing::Contains(Pair("MESSAGE", "three\n")));
  EXPECT_EQ(said.text(), once + "[conmon:w]: the journal takes messages again; lost: 2\n");
}

TEST_F(Journal, ThatIsStuckIsWaitedForOnce) {
  const Said said;
  constexpr std::chrono::milliseconds patience{200};
  JournaldLog log(options_, path_, patience);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 5000; ++i) {
    log.write(Stream::out, bytes("text\n"));
    ASSERT_LT(std::chrono::steady_clock::now() - start, test::deadline);
  }
  EXPECT_GE(std::chrono::steady_clock::now() - start, patience);
  const std::string once =
      "[conmon:e]: the journal takes no messages, output is lost: Resource temporarily "
      "unavailable\n";
  EXPECT_EQ(said.text(), once);
  std::size_t taken = 0;
  for (; journal_.has_more(); ++taken) journal_.next();
  log.write(Stream::out, bytes("text\n"));
  EXPECT_EQ(said.text(), once + "[conmon:w]: the journal takes messages again; lost: " +
                             std::to_string(5000 - taken) + "\n");
}

}  // namespace
}  // namespace conq::conmon
