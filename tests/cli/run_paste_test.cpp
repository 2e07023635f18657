// SPDX-License-Identifier: Apache-2.0
// Much that is pasted at once into `conq run`.
#include <gtest/gtest.h>

#include <thread>

#include "tests/cli/tool.hpp"

namespace conq::test {
namespace {

constexpr std::size_t megabyte = 1'000'000;

std::string all_bytes(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>((i * 7 + i / 251) % 256);
  return text;
}

std::string checksum(const std::string& text) {
  return run_tool({"-c", "cksum"}, text, {.program = "sh"}).out;
}

TEST(RunPaste, OfAMegabyteArrivesWhole) {
  const std::string paste = all_bytes(megabyte);
  Tool tool({.arguments = {"run", "--", "sh", "-c",
                           "stty raw -echo; echo ready; head -c 1000000 | cksum"}});
  tool.see("ready\n");
  // Keys that mean something to a terminal are among them.
  std::thread typist([&] { tool.type(paste); });
  const std::string sum = tool.see("\n");
  typist.join();
  EXPECT_EQ(sum, checksum(paste));
  EXPECT_EQ(tool.wait(), 0);
}

TEST(RunPaste, OfControlCharactersIsTheCommandsAlone) {
  // What would interrupt, stop, end or quit conq, were its own terminal to look.
  const std::string keys("\x03\x1a\x1c\x04\x11\x13\x16\x12\x0f\x7f\x15\x17", 12);
  Tool tool({.arguments = {"run", "--", "sh", "-c",
                           "stty raw -echo; echo ready; dd bs=1 count=12 2>/dev/null | "
                           "od -An -tx1"}});
  tool.see("ready");
  tool.type(keys);
  tool.see("03 1a 1c 04 11 13 16 12 0f 7f 15 17");
  EXPECT_EQ(tool.wait(), 0);
}

}  // namespace
}  // namespace conq::test
