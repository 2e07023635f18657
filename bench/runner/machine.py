# SPDX-License-Identifier: Apache-2.0
"""What the figures were measured on."""
import os
import pathlib
import platform
import time

QUIET = 0.05  # the share of the CPUs above which others have a part in the figures


def busy_share():
    """What of the CPUs' time others take, in the second before anything is started."""
    def times():
        columns = [int(word) for word in pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
        return sum(columns), columns[3] + columns[4]
    before = times()
    time.sleep(1)
    after = times()
    return 1 - (after[1] - before[1]) / max(after[0] - before[0], 1)


def seen():
    cpu = platform.processor() or platform.machine()
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.split(":", 1)[1].strip()
            break
    return {"cpu": cpu, "cpus": os.cpu_count(), "kernel": f"{platform.system()} {platform.release()}",
            "busy": busy_share()}
