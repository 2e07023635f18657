// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/cast.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/cli/tool.hpp"

namespace conq::test {
namespace {

using nlohmann::json;

void take_event(const json& event, Cast& cast) {
  ASSERT_TRUE(event.is_array() && event.size() == 3) << event;
  const double time = event[0];
  EXPECT_GE(time, cast.last) << "time goes on";
  cast.last = time;
  if (event[1] == "o") {
    cast.output += event[2];
  } else {
    EXPECT_EQ(event[1], "r");
    cast.resizes.push_back(event[2]);
  }
}

}  // namespace

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

Cast parse_cast(const std::string& path) {
  Cast cast;
  std::string text = text_of(path);
  const std::size_t end = text.rfind('\n');
  const std::size_t whole = end == std::string::npos ? 0 : end + 1;
  cast.is_cut = whole < text.size();
  text.resize(whole);
  for (const std::string& line : lines_of(text)) {
    const json value = json::parse(line, nullptr, false);
    if (value.is_discarded()) {
      ADD_FAILURE() << "no JSON: " << line;
    } else if (cast.header.is_null()) {
      EXPECT_TRUE(value.is_object()) << line;
      cast.header = value;
    } else {
      take_event(value, cast);
    }
  }
  return cast;
}

}  // namespace conq::test
