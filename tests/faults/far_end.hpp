// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "conq/conq.hpp"
#include "tests/faults/stage.hpp"
#include "tests/support/bytes.hpp"

namespace conq::test {

/// The side of a terminal that the test holds. To be declared before the console whose other side
/// it is, as it waits for that to close if not all it hears has come.
class FarEnd {
 public:
  FarEnd() = default;
  FarEnd(const FarEnd&) = delete;
  FarEnd& operator=(const FarEnd&) = delete;
  ~FarEnd();

  void hold(Fd slave, const std::string& name);
  const Fd& slave() const noexcept { return slave_; }
  void hang_up() { slave_.reset(); }
  void reopen();

  void says(std::string_view text) const;
  /// Reads `size` bytes, now.
  void hears(std::string_view text) const;
  /// The same in a thread of its own, while the other side writes.
  void begin_to_hear(std::string_view text);
  void has_heard();

 private:
  Fd slave_;
  std::string name_;
  std::string_view wanted_;
  std::string heard_;
  std::optional<std::thread> thread_;
};

/// More than a kernel keeps for a terminal that nobody reads, none of it twice.
std::string_view long_text();

/// A new pty in raw mode, whose slave is `far`'s.
Console open_raw(Stage& stage, FarEnd& far);
/// The same on the stage's poller.
EpollConsole add_raw(Stage& stage, FarEnd& far, Hangup hangup = Hangup::wait);

/// Both ends of a stream socket, of which one is then put on the stage's poller.
std::pair<Fd, Fd> socket_pair();
EpollStream add_stream(Stage& stage, Fd fd);

/// Blocking reads until all of `text` has come.
template <class Channel>
void reads(Stage& stage, Channel& channel, std::string_view text, Says says = {"read /dev/pts/"}) {
  std::array<std::byte, 4096> room{};
  while (!text.empty()) {
    const std::size_t count =
        stage.call(says, [&](auto&... ec) { return channel.read(room, ec...); });
    const std::string_view got(reinterpret_cast<const char*>(room.data()), count);
    ASSERT_TRUE(count > 0 && text.starts_with(got)) << "bytes lost";
    text.remove_prefix(count);
  }
}

/// Blocking, all of it.
template <class Channel>
void writes(Stage& stage, Channel& channel, std::string_view text,
            Says says = {"write /dev/pts/"}) {
  const std::size_t count =
      stage.call(says, [&](auto&... ec) { return channel.write(bytes(text), ec...); });
  EXPECT_EQ(count, text.size());
}

}  // namespace conq::test
