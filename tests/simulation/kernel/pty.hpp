// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/ioctl.h>
#include <termios.h>

#include <deque>

#include "tests/simulation/kernel/dialect.hpp"
#include "tests/simulation/kernel/file.hpp"

namespace conq::sim {

class PtyMaster;
class PtySlave;

/// What the two ends of a pseudo-terminal share.
struct Pty {
  explicit Pty(const Dialect& dialect, int number);

  const Dialect& dialect;
  const int number;
  PtyMaster* master = nullptr;  ///< none once it is closed
  std::vector<PtySlave*> slaves;
  bool ever_opened = false;
  bool forbidden = false;                ///< its device belongs to another user
  bool draining = false;                 ///< the last close waits for the master to read
  std::deque<char> output;               ///< slave to master
  std::deque<char> input;                ///< master to slave
  std::deque<char> line;                 ///< in line mode: not ended yet
  std::deque<std::size_t> ends_of_file;  ///< typed: after as many bytes of `input`
  termios settings{};
  winsize size{};

  bool hung_up() const { return ever_opened && slaves.empty() && !draining; }
  std::string slave_path() const;
  void slave_opened(PtySlave& slave);
  void slave_closed(PtySlave& slave, bool waits);
  /// Ends all slaves at once, as revoke(2) and the exit of a session's leader do.
  void revoke();
  void drained();
  /// What a close does that has waited long enough for the master to read.
  void lose_patience();
  void hang_up();
  bool full() const;
  bool line_mode() const { return (settings.c_lflag & ICANON) != 0U; }
  /// Whether a read of `count` of `before` bytes wakes those that wait to write.
  bool wakes_writers(std::size_t before, std::size_t count) const;
  Result type(std::span<const char> bytes);
  Result print(std::span<const char> bytes);

 private:
  void type_in_line_mode(char byte);
  void echo(char byte);
  void erase();
};

class PtyMaster final : public File {
 public:
  explicit PtyMaster(std::shared_ptr<Pty> pty);
  Result read(std::span<char> into) override;
  Result write(std::span<const char> from) override;
  State state() const override;
  std::uint32_t polled() const override;
  void closed() override;
  const std::shared_ptr<Pty> pty;
};

class PtySlave final : public File {
 public:
  explicit PtySlave(std::shared_ptr<Pty> pty);
  Result read(std::span<char> into) override;
  Result write(std::span<const char> from) override;
  State state() const override;
  std::uint32_t polled() const override;
  void closed() override;
  const std::shared_ptr<Pty> pty;
  bool revoked = false;
  bool alias = false;  ///< opened as /dev/tty
};

}  // namespace conq::sim
