// SPDX-License-Identifier: Apache-2.0
#include "log.hpp"

#include "journald_log.hpp"
#include "k8s_file_log.hpp"

namespace conq::conmon {

std::vector<std::unique_ptr<Log>> open_logs(const Options& options) {
  std::vector<std::unique_ptr<Log>> logs;
  for (const LogTarget& target : options.logs) {
    if (target.driver == LogTarget::Driver::k8s_file) {
      logs.push_back(std::make_unique<K8sFileLog>(
          target.path, K8sFileLog::Limits{options.log_size_max, options.log_global_size_max,
                                          !options.no_sync_log}));
    } else if (target.driver == LogTarget::Driver::journald) {
      logs.push_back(std::make_unique<JournaldLog>(options));
    }
  }
  return logs;
}

}  // namespace conq::conmon
