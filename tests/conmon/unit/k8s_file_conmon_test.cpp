// SPDX-License-Identifier: Apache-2.0
// The k8s-file log beside that of the conmon that is installed: for the same reads the same file,
// times aside. conmon 2.1 and 2.2 count alike where the file is new.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "k8s_file_log.hpp"
#include "tests/conmon/unit/k8s_records.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/terminal.hpp"

namespace conq::conmon {
namespace {

using Reads = std::vector<std::string>;

/// A conmon whose container passes on what it is told.
class Conmon {
 public:
  explicit Conmon(const std::string& limit) {
    dir_.file("runtime",
              "#!/bin/sh\n"
              "cat '" +
                  dir_ / "input" +
                  "' &\n"
                  "echo $! >'" +
                  dir_ / "pid" + "'\n",
              std::filesystem::perms::owner_all);
    EXPECT_EQ(::mkfifo((dir_ / "input").c_str(), 0600), 0);
    input_.reset(::open((dir_ / "input").c_str(), O_RDWR | O_CLOEXEC));
    const std::vector<std::string> words{"conmon",
                                         "-c",
                                         "id",
                                         "-u",
                                         "id",
                                         "-r",
                                         dir_ / "runtime",
                                         "-b",
                                         dir_.path(),
                                         "-p",
                                         dir_ / "pid",
                                         "-l",
                                         log(),
                                         "--exit-dir",
                                         dir_.path(),
                                         "--log-size-max",
                                         limit,
                                         "--full-attach"};
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const pid_t started = ::fork();
    if (started == 0) {
      ::execvp("conmon", arguments.data());
      ::_exit(127);
    }
    int status = 0;
    ::waitpid(started, &status, 0);
    started_ = status == 0;
    EXPECT_TRUE(!started_ || exists("pid"));
  }
  Conmon(const Conmon&) = delete;
  Conmon& operator=(const Conmon&) = delete;
  ~Conmon() {
    input_.reset();
    EXPECT_TRUE(!started_ || exists("id")) << "it has not left its exit file";
  }

  bool started() const { return started_; }
  std::string log() const { return dir_ / "ctr.log"; }
  void say(const std::string& text) const { test::say(input_, text); }

 private:
  /// Whether the file is there, and not empty, in the end.
  bool exists(const std::string& name) const {
    return test::eventually([&] { return !file_text(dir_ / name).empty(); });
  }

  test::TempDir dir_;
  Fd input_;
  bool started_ = false;
};

void compare(const Reads& reads, std::int64_t limit) {
  const Conmon conmon(std::to_string(limit));
  if (!conmon.started()) GTEST_SKIP() << "no conmon here";
  const test::TempDir dir;
  const std::string path = dir / "ctr.log";
  K8sFileLog log(path, {.file = limit});
  for (const std::string& read : reads) {
    log.write(Stream::out, test::bytes(read));
    conmon.say(read);
    const auto ours = records(file_text(path));
    // The log of each read shows that the next one is a read of its own.
    if (!test::eventually([&] { return records(file_text(conmon.log())) == ours; })) {
      EXPECT_EQ(records(file_text(conmon.log())), ours);
      return;
    }
  }
}

TEST(K8sFileBesideConmons, HasTheSameRecords) {
  compare({"one\n", "\n", "two\n\nthree", "more", "\n", "cr\r\n\r", std::string("\0\n\xff\x80", 4),
           std::string(4000, 'x'), std::string(96, '\n'), "last"},
          -1);
}

TEST(K8sFileBesideConmons, IsBegunAnewAtTheSameRecord) {
  Reads reads;
  for (int i = 0; i < 40; ++i) {
    reads.push_back(std::to_string(i) + "a\n" + std::string(static_cast<std::size_t>(i * 7), 'b') +
                    (i % 3 == 0 ? "" : "\n"));
  }
  compare(reads, 300);
}

}  // namespace
}  // namespace conq::conmon
