# SPDX-License-Identifier: Apache-2.0
"""What container monitors cost, each measured with runc alone, and whether they lose bytes, measured
with podman."""
import hashlib
import pathlib
import subprocess
import time

from suite.direct import Direct, connect
from suite.session import wait_for

MEBIBYTE = 1 << 20


def proportional(pid):
    """Private and proportional memory of a process, KiB."""
    fields = {}
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, value = line.split(":")
        fields[name] = int(value.split()[0])
    return fields["Private_Clean"] + fields["Private_Dirty"], fields["Pss"]


def cpu_seconds(pid):
    """User and system time of its threads. The kernel's count in ns, as the ticks of utime and stime
    are 10 ms each."""
    return sum(int(file.read_text().split()[0])
               for file in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


class Bench:
    """A folder for the containers, and one root file system for all."""

    def __init__(self, folder, root):
        self.folder, self.root, self.count = pathlib.Path(folder), root, 0

    def container(self, monitor, cmd, terminal):
        self.count += 1
        return Direct(self.folder / f"b{self.count}", monitor, cmd, terminal=terminal, root=self.root)

    def idle(self, monitors, terminal, each):
        """So many containers of each monitor at once, started in turn. They have said a line, and then
        do nothing. {monitor: {"private": [KiB...], "PSS": [KiB...]}}"""
        running = {monitor: [] for monitor in monitors}
        try:
            for _ in range(each):
                for monitor in monitors:
                    one = self.container(monitor, "echo ready; exec sleep 1000", terminal)
                    running[monitor].append(one)
                    one.create()
                    one.start()
                    one.wait_lines(b"ready")
            result = {}
            for monitor, ones in running.items():
                seen = [proportional(one.monitor_pid()) for one in ones]
                result[monitor] = {"private": [private for private, _ in seen],
                                   "PSS": [pss for _, pss in seen]}
            return result
        finally:
            for ones in running.values():
                for one in ones:
                    one.remove()

    def output(self, monitor, terminal, megabytes):
        """{"CPU": ms of the monitor for each MiB, "rate": MiB/s}. The container writes text of 64-byte
        lines to a k8s-file log, and nobody is attached. It begins at a sign and does not end, so that
        the monitor can be asked."""
        cmd = (f"echo ready; until [ -e /tmp/go ]; do usleep 10000; done; i=0; "
               f"while [ $i -lt {megabytes} ]; do cat /var/text; i=$((i + 1)); done; "
               f"echo the end; exec sleep 1000")
        go = self.root / "tmp/go"
        one = self.container(monitor, cmd, terminal)
        try:
            one.create()
            one.start()
            one.wait_lines(b"ready")
            before, begun = cpu_seconds(one.monitor_pid()), time.monotonic()
            go.touch()
            wait_for("the end of the output", lambda: ends_with(one.log, b"the end"), 600)
            spent, took = cpu_seconds(one.monitor_pid()) - before, time.monotonic() - begun
            return {"CPU": spent * 1000 / megabytes, "rate": megabytes / took}
        finally:
            go.unlink(missing_ok=True)
            one.remove()
            one.log.unlink(missing_ok=True)

    def least(self, program, megabytes):
        """ms of CPU time for each MiB of who only copies the same output from a terminal into a file."""
        copy = self.folder / "copy"
        cmd = f"i=0; while [ $i -lt {megabytes} ]; do cat {self.root}/var/text; i=$((i + 1)); done"
        seen = subprocess.run([program, copy, "/bin/sh", "-c", cmd], check=True, stdout=subprocess.PIPE)
        text = (self.root / "var/text").read_bytes()
        wanted = (len(text) + text.count(b"\n")) * megabytes
        if copy.stat().st_size != wanted:
            raise RuntimeError(f"{program}: {copy.stat().st_size} bytes instead of {wanted}")
        copy.unlink()
        return int(seen.stdout) / 1e6 / megabytes

    def first_byte(self, monitor, terminal):
        """ms from the start of the monitor to the first byte at an attached client. The most of it is
        the runtime's."""
        one = self.container(monitor, "echo first; exec sleep 1000", terminal)
        try:
            begun = time.monotonic()
            one.create()
            end = one.attach()
            one.start()
            end.recv(8193)
            return (time.monotonic() - begun) * 1000
        finally:
            one.remove()


def ends_with(file, text):
    with open(file, "rb") as log:
        log.seek(0, 2)
        log.seek(max(0, log.tell() - 200))
        return text in log.read()


def make_text(root):
    """A mebibyte of lines."""
    line = b"".join(b"%062d\n" % number for number in range(MEBIBYTE // 63 + 1))
    (root / "var/text").write_bytes(line[:MEBIBYTE - 1] + b"\n")


def whole(stage, way, terminal, megabytes):
    """Bytes through podman logs, or through the attach socket."""
    options = ["-t"] if terminal else []
    state, length = hashlib.sha256(), 0
    if way == "attach":
        stage.start(*options, "--log-driver", "none",
                    cmd=f"until [ -e /tmp/go ]; do usleep 10000; done; bytes {megabytes}")
        end = connect(stage.bundle())
        end.settimeout(600)
        begun = time.monotonic()
        stage.podman("exec", "c", "touch", "/tmp/go")
        while message := end.recv(65536):
            state.update(message[1:])
            length += len(message) - 1
    else:
        begun = time.monotonic()
        stage.start(*options, cmd=f"bytes {megabytes}")
        stage.podman("wait", "c", timeout=1800)
        reader = stage.session("logs", "c")
        while piece := reader.take():
            state.update(piece)
            length += len(piece)
        reader.finish()
    took = time.monotonic() - begun
    stage.podman("rm", "-f", "-t", "0", "c")
    wanted, wanted_state = expected(megabytes, terminal)
    equal = state.hexdigest()[:40] == wanted_state
    return {"missing": wanted - length, "equal": equal, "rate": length / MEBIBYTE / took}


def expected(megabytes, terminal):
    """Length and digest of what the image's helper `bytes` writes."""
    line = b"a line that is neither short nor long: 0123456789 abcdefghijklmnopqrstuvwxyz\n"
    state, length, total, number = hashlib.sha256(), 0, megabytes * MEBIBYTE, 0
    while total:
        piece = b"".join(b"%d %b" % (n, line) for n in range(number + 1, number + 10_001))[:total]
        number += 10_000
        total -= len(piece)
        if terminal:
            piece = piece.replace(b"\n", b"\r\n")
        state.update(piece)
        length += len(piece)
    return length, state.hexdigest()[:40]
