// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): <cstdlib> need not declare setenv
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "tests/conformance/console_socket_fixture.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/temp_dir.hpp"

namespace conq::test {
namespace {

namespace fs = std::filesystem;

/// Without the NUL.
constexpr std::size_t max_path = sizeof(sockaddr_un::sun_path) - 1;

mode_t mode_of(const std::string& path) {
  struct stat found {};
  EXPECT_EQ(::lstat(path.c_str(), &found), 0) << path;
  return found.st_mode & static_cast<mode_t>(07777);
}

/// Sets variables of the environment until the end of its scope.
class Environment {
 public:
  explicit Environment(const std::map<std::string, std::string>& values) {
    for (const auto& [name, value] : values) {
      const char* const before = ::getenv(name.c_str());
      before_[name] = before == nullptr ? std::nullopt : std::optional<std::string>(before);
      ::setenv(name.c_str(), value.c_str(), 1);
    }
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment() {
    for (const auto& [name, value] : before_) {
      if (value) {
        ::setenv(name.c_str(), value->c_str(), 1);
      } else {
        ::unsetenv(name.c_str());
      }
    }
  }

 private:
  std::map<std::string, std::optional<std::string>> before_;
};

template <class On>
class ConsoleSocketListen : public ConsoleSocketTest<On> {
 protected:
  using typename ConsoleSocketTest<On>::Socket;

  Socket listen_at(const std::string& path) { return Socket::listen(this->poller, {path}); }
  std::error_code error_at(const std::string& path) {
    std::error_code ec;
    const Socket socket = Socket::listen(this->poller, {path}, ec);
    EXPECT_EQ(socket.path(), "");
    return ec;
  }
};
TYPED_TEST_SUITE(ConsoleSocketListen, Backends, BackendNames);

TYPED_TEST(ConsoleSocketListen, MakesADirectoryOfItsOwnThatOthersMayNotEnter) {
  const mode_t before = ::umask(0);
  auto socket = this->listen();
  ::umask(before);
  const fs::path path = socket.path();
  EXPECT_TRUE(fs::is_socket(path));
  EXPECT_EQ(mode_of(path), 0600U);
  EXPECT_EQ(mode_of(path.parent_path()), 0700U);
  auto other = this->listen();
  EXPECT_NE(fs::path(other.path()).parent_path(), path.parent_path());
}

TYPED_TEST(ConsoleSocketListen, CloseLeavesNeitherSocketNorDirectory) {
  auto socket = this->listen();
  const fs::path path = socket.path();
  socket.close();
  EXPECT_FALSE(fs::exists(path.parent_path()));
  std::error_code ec;
  socket.close(ec);
  EXPECT_EQ(ec, errc::closed);
  EXPECT_EQ(this->error_of(socket), errc::closed);
}

TYPED_TEST(ConsoleSocketListen, DroppingItOrThePollerAndItLeavesNothing) {
  fs::path path;
  {
    auto socket = this->listen();
    path = fs::path(socket.path()).parent_path();
  }
  EXPECT_FALSE(fs::exists(path));
  auto socket = this->listen();
  path = fs::path(socket.path()).parent_path();
  this->poller.close();
  socket = {};
  EXPECT_FALSE(fs::exists(path));
}

TYPED_TEST(ConsoleSocketListen, ThereIsNothingLeftToConnectToOnceAPeerHasCome) {
  auto socket = this->listen();
  const fs::path path = socket.path();
  ConsolePeer first(path);
  ConsolePeer waiting(path);
  std::error_code ec;
  socket.receive_for(std::chrono::nanoseconds::zero(), ec);
  EXPECT_EQ(ec, errc::timed_out);
  EXPECT_FALSE(fs::exists(path.parent_path()));
  EXPECT_EQ(ConsolePeer(path).error(), ENOENT);
  const Pty pty = raw_pty();
  const Pty wrong = raw_pty();
  EXPECT_FALSE(waiting.send("second", {wrong.master.fd()})) << "it was connected, and cut off";
  EXPECT_TRUE(first.send("first", {pty.master.fd()}));
  EXPECT_EQ(this->receive(socket).name(), "first");
}

TYPED_TEST(ConsoleSocketListen, IsAtAPathThatTheCallerGives) {
  const TempDir dir;
  const std::string path = dir / "c.sock";
  const mode_t before = ::umask(0);
  auto socket = this->listen_at(path);
  ::umask(before);
  EXPECT_EQ(socket.path(), path);
  EXPECT_EQ(mode_of(path), 0600U);
  const Pty pty = raw_pty();
  ConsolePeer peer(path);
  EXPECT_TRUE(peer.send("c", {pty.master.fd()}));
  EXPECT_EQ(this->receive(socket).name(), "c");
  EXPECT_FALSE(fs::exists(path));
  EXPECT_TRUE(fs::exists(dir.path())) << "the directory is the caller's";
}

TYPED_TEST(ConsoleSocketListen, TouchesNothingThatIsAtThePathAlready) {
  const TempDir dir;
  const std::string file = dir.file("file", "mine");
  const NoDescriptorLeak no_leak;
  EXPECT_EQ(this->error_at(file), std::errc::address_in_use);
  EXPECT_EQ(fs::file_size(file), 4U);
  const auto socket = this->listen_at(dir / "c.sock");
  EXPECT_EQ(this->error_at(dir / "c.sock"), std::errc::address_in_use);
  EXPECT_TRUE(fs::is_socket(dir / "c.sock"));
}

TYPED_TEST(ConsoleSocketListen, LeavesWhatSomebodyPutInItsPlace) {
  const TempDir dir;
  const std::string path = dir / "c.sock";
  auto socket = this->listen_at(path);
  fs::rename(path, dir / "moved");
  dir.file("c.sock", "theirs");
  socket.close();
  EXPECT_TRUE(fs::is_regular_file(path));
}

TYPED_TEST(ConsoleSocketListen, SaysThatAPathIsTooLong) {
  const TempDir dir;
  const std::string fits = dir / std::string(max_path - dir.path().string().size() - 1, 'x');
  ASSERT_EQ(fits.size(), max_path);
  EXPECT_TRUE(fs::is_socket(this->listen_at(fits).path()));
  const NoDescriptorLeak no_leak;
  EXPECT_EQ(this->error_at(fits + "x"), std::errc::filename_too_long);
  EXPECT_EQ(this->error_at(dir / std::string(100'000, 'x')), std::errc::filename_too_long);
  EXPECT_EQ(text_of_error([&] { this->listen_at(fits + "x"); }),
            "make a console socket " + fits +
                "x: " + std::make_error_code(std::errc::filename_too_long).message());
}

TYPED_TEST(ConsoleSocketListen, SaysWhatTheKernelSays) {
  const TempDir dir;
  const NoDescriptorLeak no_leak;
  EXPECT_EQ(this->error_at(dir / "none/c.sock"), std::errc::no_such_file_or_directory);
  EXPECT_EQ(this->error_at(dir.file("file", "") + "/c.sock"), std::errc::not_a_directory);
}

TYPED_TEST(ConsoleSocketListen, PrefersTheRuntimeDirectoryAndThenTmpdir) {
  const TempDir runtime;
  const TempDir temporary;
  const auto parent = [this](const std::string& one, const std::string& two) {
    const Environment environment({{"XDG_RUNTIME_DIR", one}, {"TMPDIR", two}});
    return fs::path(this->listen().path()).parent_path().parent_path();
  };
  EXPECT_EQ(parent(runtime.path(), temporary.path()), runtime.path());
  EXPECT_EQ(parent(runtime / "none", temporary.path()), temporary.path());
  EXPECT_EQ(parent("", temporary.path()), temporary.path());
  EXPECT_EQ(parent("relative", ""), "/tmp");
}

TYPED_TEST(ConsoleSocketListen, PassesOverADirectoryWhoseNameIsTooLong) {
  const TempDir dir;
  const std::string deep = dir / std::string(120, 'd');
  fs::create_directory(deep);
  const Environment environment({{"XDG_RUNTIME_DIR", deep}, {"TMPDIR", deep}});
  auto socket = this->listen();
  EXPECT_EQ(fs::path(socket.path()).parent_path().parent_path(), "/tmp");
  EXPECT_TRUE(fs::is_empty(deep));
  EXPECT_EQ(ConsolePeer(socket.path()).error(), 0);
}

TYPED_TEST(ConsoleSocketListen, OnAClosedPollerLeavesNothing) {
  const TempDir dir;
  this->poller.close();
  EXPECT_EQ(this->error_at(dir / "c.sock"), errc::closed);
  EXPECT_FALSE(fs::exists(dir / "c.sock"));
}

TYPED_TEST(ConsoleSocketListen, MovedItIsTheSameSocket) {
  auto first = this->listen();
  const std::string path = first.path();
  auto second = std::move(first);
  EXPECT_EQ(second.path(), path);
  EXPECT_EQ(first.path(), "");  // NOLINT(bugprone-use-after-move)
  EXPECT_TRUE(fs::exists(path));
  second = this->listen();
  EXPECT_FALSE(fs::exists(path)) << "what was there before is closed";
}

TYPED_TEST(ConsoleSocketListen, ItsDescriptorsAreClosedByExec) {
  const auto before = open_descriptors();
  auto socket = this->listen();
  const auto all_close_on_exec = [&] {
    for (const int fd : open_descriptors()) {
      if (std::find(before.begin(), before.end(), fd) == before.end() && !is_close_on_exec(fd)) {
        return false;
      }
    }
    return true;
  };
  EXPECT_TRUE(all_close_on_exec());
  const ConsolePeer peer(socket.path());
  std::error_code ec;
  socket.receive_for(std::chrono::nanoseconds::zero(), ec);
  EXPECT_TRUE(all_close_on_exec()) << "the connection";
}

}  // namespace
}  // namespace conq::test
