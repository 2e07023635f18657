// SPDX-License-Identifier: Apache-2.0
#include "read_file.hpp"

#include <gtest/gtest.h>

#include "tests/support/temp_dir.hpp"
#include "tests/unit/app/failure_of.hpp"

namespace conq::app {
namespace {

TEST(ReadFile, ReadsTheWholeOfIt) {
  const test::TempDir dir;
  const std::string text(100000, 'x');
  EXPECT_EQ(read_file(dir.file("long", text)), text);
  EXPECT_EQ(read_file(dir.file("empty", "")), "");
}

TEST(ReadFile, NamesTheFileThatItCannotRead) {
  EXPECT_EQ(test::failure_of(failed, [] { read_file("no/such/file"); }),
            "cannot read no/such/file: No such file or directory");
  EXPECT_EQ(test::failure_of(failed, [] { read_file("."); }), "cannot read .: Is a directory");
}

TEST(ReadFile, TellsFilesFromFolders) {
  const test::TempDir dir;
  EXPECT_TRUE(is_file(dir.file("f", "")));
  EXPECT_FALSE(is_file(dir.path()));
  EXPECT_FALSE(is_file(dir / "nothing"));
}

}  // namespace
}  // namespace conq::app
