// SPDX-License-Identifier: Apache-2.0
// `conq up` with very many processes that write more than it can pass on.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <optional>

#include "tests/cli/flood.hpp"
#include "tests/cli/up_fixture.hpp"
#include "tests/support/read_until.hpp"

namespace conq::test {
namespace {

constexpr std::size_t many = 300;
constexpr std::size_t mebibyte = std::size_t{1} << 20;
/// What the man page promises.
constexpr std::size_t held_at_most = 64 * mebibyte;
constexpr std::size_t memory_at_most = 160 * mebibyte;

/// What each process writes: enough to show what goes wrong, or as much as is asked for.
std::uint64_t bytes_of_each() {
  const char* const wanted = std::getenv("CONQ_FLOOD_BYTES");
  constexpr std::uint64_t enough = 240'000;
  static_assert((many - 1) * enough > held_at_most, "or nothing need be cut");
  return wanted == nullptr ? enough : std::strtoull(wanted, nullptr, 10);
}

/// The most memory that a process ever had, where there is a /proc that tells.
std::optional<std::size_t> peak_memory(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string word; status >> word;) {
    std::size_t kibibytes = 0;
    if (word == "VmHWM:" && status >> kibibytes) return kibibytes * 1024;
  }
  return std::nullopt;
}

/// A line of `conq up`, taken apart.
struct Shown {
  std::size_t process = many;
  bool continued = false;
  std::string_view text;
};

std::optional<Shown> shown_of(std::string_view line) {
  const std::size_t bar = line.find_first_of("|+");
  Shown shown;
  if (!line.starts_with("p") || bar == std::string_view::npos) return std::nullopt;
  std::from_chars(line.data() + 1, line.data() + bar, shown.process);
  if (shown.process >= many) return std::nullopt;
  shown.continued = line[bar] == '+';
  shown.text = line.substr(std::min(bar + 2, line.size()));
  return shown;
}

/// Reads lines of a pipe until it ends, or `take`, which is told each, wants no more.
template <class Take>
void each_line(Tool& tool, Take take) {
  std::string text;
  std::array<char, 4096> room{};
  while (wait_readable(tool.out())) {
    const ssize_t count = ::read(tool.out(), room.data(), room.size());
    if (count <= 0) return;
    text.append(room.data(), static_cast<std::size_t>(count));
    std::string_view rest = text;
    for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      if (!take(rest.substr(0, end))) return;
      rest.remove_prefix(end + 1);
    }
    text.erase(0, text.size() - rest.size());
  }
  FAIL() << "nothing more came";
}

class UpFlood : public Up {
 protected:
  /// All run `flood` with these arguments, the first one with its own.
  Start floods(const std::string& arguments, const std::string& of_first) {
    std::string text;
    for (std::size_t i = 0; i < many; ++i) {
      text += "p" + std::to_string(i) + ": exec " CONQ_FLOOD " " + (i == 0 ? of_first : arguments) +
              "\n";
    }
    procfile(text);
    return piped({"--keep-going"});
  }

  void look_at_memory(const Tool& tool) {
    peak_ = std::max(peak_, peak_memory(tool.pid()).value_or(0));
  }
  void expect_bounded_memory() const {
    std::printf("  memory of conq up: %.1f MiB at most\n", double(peak_) / mebibyte);
    // What a sanitizer needs for itself is many times that.
    if (!CONQ_SANITIZED) {
      EXPECT_LT(peak_, memory_at_most);
    }
  }

 private:
  std::size_t peak_ = 0;
};

/// How far each process is, in lines, and whether each line is the next one of its process.
class Progress {
 public:
  bool take(const Shown& shown) {
    if (shown.text == "exited with status 0") {
      ++ended_;
      return true;
    }
    std::uint64_t& next = lines_.at(shown.process);
    expected_.clear();
    append_flood_line(expected_, next++);
    ++all_;
    expected_.pop_back();
    return !shown.continued && shown.text == expected_;
  }
  std::uint64_t lines() const { return all_; }
  std::size_t ended() const { return ended_; }
  double mean() const { return static_cast<double>(all_) / static_cast<double>(many); }
  std::uint64_t slowest() const { return *std::min_element(lines_.begin(), lines_.end()); }
  std::uint64_t fastest() const { return *std::max_element(lines_.begin(), lines_.end()); }

 private:
  std::array<std::uint64_t, many> lines_{};
  std::uint64_t all_ = 0;
  std::size_t ended_ = 0;
  std::string expected_;
};

TEST_F(UpFlood, OfManyProcessesEachGetsOnAlikeAndNoLineIsTorn) {
  const std::uint64_t each = flood_lines(bytes_of_each());
  const std::string bytes = std::to_string(bytes_of_each());
  Tool tool(floods(bytes, bytes));
  Progress progress;
  double least_share = 1;
  std::string late = "never looked at";
  each_line(tool, [&](std::string_view line) {
    const auto shown = shown_of(line);
    if (!shown || !progress.take(*shown)) {
      ADD_FAILURE() << "not the next line: " << line.substr(0, 200);
      return false;
    }
    // Late: those that were started last have had time to catch up, and all still write.
    if (progress.lines() % 10000 != 0) return progress.ended() < many;
    const bool all_write = progress.fastest() < each;
    if (all_write && progress.mean() > static_cast<double>(each) / 4) {
      least_share = std::min(least_share, double(progress.slowest()) / progress.mean());
      late.clear();
    }
    look_at_memory(tool);
    return progress.ended() < many;
  });
  EXPECT_EQ(progress.lines(), each * many);
  EXPECT_EQ(progress.slowest(), each);
  EXPECT_EQ(late, "");
  expect_bounded_memory();
  EXPECT_GE(least_share, 1.0 / 3);
  std::printf("  least share of the slowest: %.2f of the mean\n", least_share);
  EXPECT_EQ(tool.rest_of_out(), "");
  EXPECT_EQ(tool.wait(), 0);
}

TEST_F(UpFlood, OfLinesWithoutEndIsShownInPiecesAsWhatIsHeldOfAllIsBounded) {
  const std::uint64_t each = bytes_of_each();
  const std::string pipe = dir_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  Tool tool(floods(std::to_string(each) + " " + pipe, std::to_string(each)));
  Fd go;
  Progress first;
  std::array<std::uint64_t, many> shown_bytes{};
  std::uint64_t all = 0;
  std::size_t shortest = held_at_most;
  std::size_t ended = 0;
  each_line(tool, [&](std::string_view line) {
    const auto shown = shown_of(line);
    if (!shown || (shown->process == 0 && !first.take(*shown))) {
      ADD_FAILURE() << "not the next line: " << line.substr(0, 200);
      return false;
    }
    look_at_memory(tool);
    if (shown->process == 0) return true;
    if (shown->text == "exited with status 0") {
      ++ended;
      return true;
    }
    std::uint64_t& shown_before = shown_bytes.at(shown->process);
    EXPECT_EQ(shown->continued, shown_before > 0);
    shown_before += shown->text.size();
    all += shown->text.size();
    if (!go) shortest = std::min(shortest, shown->text.size());
    // What is still to come is not more than may be held, so it need not come.
    if (!go && all + held_at_most >= (many - 1) * each) go.reset(::open(pipe.c_str(), O_RDWR));
    return true;
  });
  EXPECT_EQ(ended, many - 1);
  EXPECT_EQ(std::count(shown_bytes.begin(), shown_bytes.end(), each), many - 1);
  EXPECT_EQ(first.ended(), 1U);
  EXPECT_GE(shortest, held_at_most / many / 2) << "a line no longer than that is never cut";
  expect_bounded_memory();
  EXPECT_EQ(tool.wait(), 0);
}

}  // namespace
}  // namespace conq::test
