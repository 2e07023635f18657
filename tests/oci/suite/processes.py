# SPDX-License-Identifier: Apache-2.0
"""Processes that were started here, and only those."""
import os
import signal
import subprocess
import time


def command_line(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read()
    except OSError:
        return b""


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def naming(path):
    """Those whose command line has this path. It is a folder of ours that nobody else knows, so a
    monitor that has left its session and its parent is found by it."""
    wanted = os.fsencode(str(path))
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid() and wanted in command_line(int(name)):
            found.append(int(name))
    return found


def ended(pid):
    """Whether it is gone, or waits only for its parent to look."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def end_all(path):
    """Kills all that name this path, with their children."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        left = [pid for pid in naming(path) if not ended(pid)]
        if not left:
            break
        for pid in left:
            for one in (*children(pid), pid):
                try:
                    os.kill(one, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        time.sleep(0.02)


def unmount(path):
    with open("/proc/self/mounts", encoding="utf-8", errors="replace") as file:
        points = [line.split()[1] for line in file]
    for point in sorted((p for p in points if p.startswith(f"{path}/")), reverse=True):
        subprocess.run(["umount", "-l", point], stderr=subprocess.DEVNULL, check=False)
