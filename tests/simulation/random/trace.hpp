// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace conq::sim::random {

/// What happened in a run: a hash of it always, the text where somebody will read it.
class Trace {
 public:
  explicit Trace(bool with_text) : with_text_(with_text) {}
  /// `channel` is a number, or none (-1).
  void note(std::string_view what, int channel, std::int64_t first = 0, std::int64_t second = 0);
  void note(const std::string& text);
  std::uint64_t hash() const { return hash_; }
  bool with_text() const { return with_text_; }
  void print() const;

 private:
  void mix(std::uint64_t value) {
    hash_ = (hash_ ^ value) * 0x100000001b3U;
    hash_ ^= hash_ >> 29U;
  }
  const bool with_text_;
  std::uint64_t hash_ = 0xcbf29ce484222325U;
  std::vector<std::string> lines_;
};

/// What did not hold.
struct Failure {
  std::string rule;  ///< in a few words, the same for each such failure
  std::string detail;
};

/// Ends this process, which was forked for it, and hands the failure over. Set by whoever forks.
[[noreturn]] void fail(std::string_view rule, const std::string& detail);
void when_failed(void (*report)(const Failure& failure));

}  // namespace conq::sim::random
