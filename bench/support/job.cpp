// SPDX-License-Identifier: Apache-2.0
#include "bench/support/job.hpp"

#include <stdexcept>

namespace conq::bench {

Options::Options(int argc, char** argv) {
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i];
    if (i + 1 == argc || !name.starts_with("--")) {
      throw std::invalid_argument(name + ": expected --name value");
    }
    values_[name.substr(2)] = argv[i + 1];
  }
}

std::uint64_t Options::number(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) throw std::invalid_argument("--" + name + " is missing");
  return std::stoull(found->second);
}

std::uint64_t Options::number(const std::string& name, std::uint64_t otherwise) const {
  return values_.contains(name) ? number(name) : otherwise;
}

std::string Options::word(const std::string& name, const std::string& otherwise) const {
  const auto found = values_.find(name);
  return found == values_.end() ? otherwise : found->second;
}

Workload Options::workload() const {
  const std::map<std::string, Workload> names{{"output", Workload::output},
                                              {"input", Workload::input},
                                              {"latency", Workload::latency},
                                              {"idle", Workload::idle},
                                              {"hung", Workload::hung}};
  const auto found = names.find(word("workload", "output"));
  if (found == names.end()) throw std::invalid_argument("--workload: there is no such one");
  return found->second;
}

Job::Job(const Options& options)
    : workload(options.workload()),
      consoles(options.number("consoles")),
      first_fd(static_cast<int>(options.number("first-fd"))),
      start_fd(static_cast<int>(options.number("start-fd"))),
      bytes(options.number("bytes")),
      line(options.number("line")),
      milliseconds(options.number("milliseconds")) {}

}  // namespace conq::bench
