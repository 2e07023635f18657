// SPDX-License-Identifier: Apache-2.0
// Whatever the output and the pieces in which it comes, the log file has all of it, in records that
// can be read; one with a limit has the last of them.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "k8s_file_log.hpp"
#include "tests/fuzz/check.hpp"

using conq::conmon::K8sFileLog;
using conq::conmon::Stream;
using conq::fuzz::check;

namespace {

/// Names of its own, gone at the end; in memory, as a disk takes most of the time.
struct Folder {
  Folder() { check(::mkdtemp(path.data()) != nullptr, "there is a folder"); }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path = "/dev/shm/conq-fuzz-XXXXXX";
};

/// Which stream a piece is of changes, so that lines of both are cut into.
Stream stream_of(std::size_t piece) { return piece % 3 == 2 ? Stream::err : Stream::out; }

/// Pieces grow from small ones to more than a read's size.
template <class Take>
void in_pieces(std::string_view text, std::size_t first, Take take) {
  for (std::size_t i = 0, size = first; !text.empty(); ++i, size += size / 2 + 1) {
    take(stream_of(i), text.substr(0, size));
    text.remove_prefix(std::min(size, text.size()));
  }
}

struct Records {
  std::vector<std::string_view> all;  ///< without their times
  std::string out;
  std::string err;
};

Records parse(std::string_view file) {
  constexpr std::string_view time = "dddd-dd-ddTdd:dd:dd.ddddddddd_dd:dd ";
  Records records;
  while (!file.empty()) {
    const std::size_t end = file.find('\n');
    check(end != file.npos && end >= 45, "a record is whole");
    const bool timed = std::equal(time.begin(), time.end(), file.begin(), [](char form, char c) {
      if (form == '_') return c == '+' || c == '-';
      return form == 'd' ? c >= '0' && c <= '9' : c == form;
    });
    check(timed, "a record begins with its time");
    const std::string_view record = file.substr(time.size(), end - time.size());
    file.remove_prefix(end + 1);
    const std::string_view stream = record.substr(0, 7);
    check(stream == "stdout " || stream == "stderr ", "then comes its stream");
    const std::string_view kind = record.substr(7, 2);
    check(kind == "F " || kind == "P ", "then how it ends");
    std::string& bytes = stream == "stdout " ? records.out : records.err;
    bytes.append(record.substr(9));
    if (kind == "F ") bytes += '\n';
    records.all.push_back(record);
  }
  return records;
}

std::string logged(const std::string& path, K8sFileLog::Limits limits, std::string_view text,
                   std::size_t first) {
  limits.sync = false;
  K8sFileLog log(path, limits);
  in_pieces(text, first, [&](Stream stream, std::string_view piece) {
    log.write(stream, std::as_bytes(std::span(piece)));
  });
  log.finish();
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Folder folder;
  const std::string path = folder.path + "/log";
  const auto [first, text] = conq::fuzz::output_of(data, size);
  std::filesystem::remove(path);
  const std::string whole = logged(path, {}, text, first);
  const Records records = parse(whole);
  std::string out;
  std::string err;
  in_pieces(text, first, [&](Stream stream, std::string_view piece) {
    (stream == Stream::out ? out : err) += piece;
  });
  check(records.out == out && records.err == err, "every byte is there, in its order");

  std::filesystem::remove(path);
  const auto limit = static_cast<std::int64_t>(first) * 1000;
  const std::string limited = logged(path, {.file = limit}, text, first);
  const Records last = parse(limited);
  check(last.all.size() <= 1 || limited.size() <= static_cast<std::size_t>(limit),
        "a limit holds where there is more than a record");
  check(last.all.size() <= records.all.size() &&
            std::equal(last.all.rbegin(), last.all.rend(), records.all.rbegin()),
        "a file with a limit has the last records");
  check(text.empty() || !last.all.empty(), "and at least one");
  return 0;
}
