// SPDX-License-Identifier: Apache-2.0
// In place of libFuzzer: runs over the files of the folders it is given, once.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/fuzz/check.hpp"

int main(int argc, char** argv) {
  std::size_t files = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string text{std::istreambuf_iterator<char>(file), {}};
      std::printf("%s\n", entry.path().c_str());
      std::fflush(stdout);
      LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
      ++files;
    }
  }
  conq::fuzz::check(files > 0, "there is a corpus");
}
