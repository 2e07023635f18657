// SPDX-License-Identifier: Apache-2.0
// A recording is JSON, line by line, whatever the output; and what is UTF-8 is in it as it came.
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "asciicast.hpp"
#include "read_file.hpp"
#include "tests/fuzz/check.hpp"

using conq::fuzz::check;
using nlohmann::json;

namespace {

bool is_utf8(std::string_view text) {
  try {
    static_cast<void>(json(text).dump());
    return true;
  } catch (const json::type_error&) {
    return false;
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [piece, text] = conq::fuzz::output_of(data, size);
  static const std::string path = std::filesystem::temp_directory_path() /
                                  ("conq-fuzz-" + std::to_string(::getpid()) + ".cast");
  conq::app::Asciicast recording(path, true, {{24, 80}, 1, "/bin/sh", std::string(text)});
  for (std::string_view rest = text; !rest.empty();) {
    recording.output({}, rest.substr(0, piece));
    rest.remove_prefix(std::min(piece, rest.size()));
  }
  recording.finish({});
  check(!recording.error(), "it is written");
  std::string played;
  std::istringstream lines(conq::app::read_file(path));
  recording.discard();
  std::string line;
  check(bool(std::getline(lines, line)), "there is a header");
  check(json::parse(line).at("version") == 2, "the header is one");
  while (std::getline(lines, line)) {
    const json event = json::parse(line);
    check(event.at(1) == "o", "an event is output");
    played += event.at(2).get<std::string>();
  }
  if (is_utf8(text)) check(played == text, "what is UTF-8 is there as it came");
  return 0;
}
