// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "conq/conq.hpp"

namespace conq::conmon {

/// What the fifos of a container ask for.
struct ControlHandlers {
  std::function<void(WinSize)> resize;
  std::function<void()> reopen_logs;
};

/// BUNDLE/ctl (`1 ROWS COLUMNS` resizes, `2 0 0` reopens the log) and BUNDLE/winsz (`ROWS
/// COLUMNS`), made anew. Lines may come in pieces or several at once; what is none of these is said
/// and skipped. A size is told whether or not there is a console yet.
class Control {
 public:
  /// Throws std::system_error.
  Control(Poller& poller, const std::string& bundle, ControlHandlers handlers);
  /// Takes what has come by now: before a new console says anything.
  void look();

 private:
  struct Fifo {
    PolledStream stream;
    std::string line;
    bool too_long = false;  ///< the rest of this line is skipped
    bool typed = false;     ///< lines begin with their type
  };
  void read(Fifo& fifo);
  void take(Fifo& fifo, std::string_view bytes);
  void take_line(const Fifo& fifo) const;

  ControlHandlers handlers_;
  Fifo ctl_, winsz_;
};

}  // namespace conq::conmon
