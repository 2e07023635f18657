// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include "conq/fd.hpp"
#include "log.hpp"

namespace conq::conmon {

/// What stands before each record: `2006-01-02T15:04:05.000000000+07:00 stdout `, local time.
class K8sStamp {
 public:
  static constexpr std::size_t size = 43;
  /// Valid until the next call.
  std::string_view of(const timespec& time, Stream stream) noexcept;

 private:
  std::time_t second_ = -1;  ///< the one that text_ tells of: the zone is looked up once for each
  std::array<char, 64> text_{};
};

/// The file of Kubernetes and podman: a line each of time, stream, P or F, and text; F ends a line
/// of the container's, P is a piece of one. A disk that is full costs the records that do not fit,
/// never half of one.
class K8sFileLog final : public Log {
 public:
  struct Limits {
    std::int64_t file = -1;   ///< bytes of the file, which is begun anew before it grows beyond
    std::int64_t total = -1;  ///< bytes of all: no more is written then
    bool sync = true;
  };

  /// Throws std::system_error if the file cannot be opened.
  K8sFileLog(std::string path, const Limits& limits);

  void write(Stream stream, std::span<const std::byte> bytes) override;
  void reopen() override;
  void finish() override;

 private:
  class Batch;
  void write_one_read(std::string_view stamp, std::string_view bytes, Batch& batch);
  void flush(Batch& batch);
  void lose(std::string_view kept, std::string_view lost);
  void rotate();
  bool begin_anew();
  void look_for_removal();
  void look_at_file();
  void sync();

  std::string path_;
  Limits limits_;
  Fd file_;
  bool regular_ = true;  ///< others have no size, and their name is not for us to replace
  std::int64_t written_ = 0;
  std::int64_t total_ = 0;
  std::uint64_t lost_ = 0;   ///< bytes since the file last took some
  bool unwritable_ = false;  ///< each of these was said already
  bool unrotatable_ = false;
  bool unopenable_ = false;
  bool full_ = false;
  std::time_t looked_ = 0;
  K8sStamp stamp_;
};

}  // namespace conq::conmon
