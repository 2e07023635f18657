// SPDX-License-Identifier: Apache-2.0
// Whatever the words (an input's lines), they make checked options or a refusal that says
// something.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "options.hpp"
#include "tests/fuzz/check.hpp"

using conq::conmon::LogTarget;
using conq::conmon::Options;
using conq::fuzz::check;

namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find('\n'));
    words.emplace_back(word);
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return words;
}

void check_options(const Options& options) {
  if (options.help || options.version) return;
  check(!options.cid.empty() && !options.runtime.empty(), "what is needed is there");
  check(!options.container_pidfile.empty(), "what has a default is there");
  check(options.exec || !options.bundle.empty(), "a container has a bundle");
  check(!options.exec || !options.exec_process_spec.empty(), "an exec session has a process");
  check(!options.logs.empty(), "a log is named");
  for (const LogTarget& log : options.logs) {
    check((log.driver == LogTarget::Driver::k8s_file) == !log.path.empty(), "files have paths");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Else hardly an input would pass the checks.
  std::vector<std::string> words{"-c", "c", "-u", "u", "-r", "/bin/true", "-l", "none"};
  for (std::string& word : words_of(conq::fuzz::text_of(data, size))) {
    words.push_back(std::move(word));
  }
  try {
    check_options(conq::conmon::parse_options(words));
  } catch (const conq::conmon::UsageError& error) {
    check(error.what()[0] != '\0', "a refusal says something");
  }
  return 0;
}
