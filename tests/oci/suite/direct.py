# SPDX-License-Identifier: Apache-2.0
"""A monitor without podman: what podman would tell it, on the same pipes, with runc."""
import json
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import subprocess

from . import image, processes
from .session import DEADLINE, Late, wait_for


def connect(bundle):
    """To the attach socket, whose path may be too long for a name."""
    end = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    folder = os.open(bundle, os.O_PATH | os.O_DIRECTORY)
    try:
        end.connect(f"/proc/self/fd/{folder}/attach")
    finally:
        os.close(folder)
    end.settimeout(DEADLINE)
    return end


class Direct:
    """One container of one monitor. folder: a folder of its own, to be made."""

    def __init__(self, folder, monitor, cmd, terminal=False, stdin=False, runtime="runc", root=None):
        self.folder = pathlib.Path(folder)
        self.monitor, self.runtime = str(monitor), runtime
        self.id = self.folder.name
        self.bundle = self.folder / "bundle"
        self.exits = self.folder / "exits"
        self.log = self.folder / "log"
        self.runc_root = self.folder.parent / "runc"
        self.terminal, self.stdin = terminal, stdin
        self.bundle.mkdir(parents=True)
        self.exits.mkdir()
        self.runc_root.mkdir(exist_ok=True)
        self.sync = None
        self.status = self.said = None
        self.make_bundle(["sh", "-c", cmd] if isinstance(cmd, str) else cmd, root)

    def make_bundle(self, words, root):
        if root is None:
            root = self.folder.parent / "rootfs"
            if not root.exists():
                image.make_root(root)
        subprocess.run([self.runtime, "spec", "--bundle", str(self.bundle)], check=True)
        file = self.bundle / "config.json"
        config = json.loads(file.read_text())
        config["root"]["path"] = str(root)
        config["root"]["readonly"] = False
        config["process"]["terminal"] = self.terminal
        config["process"]["args"] = list(words)
        config["linux"].pop("resources", None)
        config["linux"]["cgroupsPath"] = f"/conq-play/{os.getpid()}-{self.id}"
        file.write_text(json.dumps(config))

    def words(self, *more, logs=None):
        """The command line that podman would make."""
        words = [self.monitor, "--api-version", "1", "-c", self.id, "-u", self.id,
                 "-r", self.path_of_runtime(), "-b", str(self.bundle),
                 "-p", str(self.folder / "pidfile"), "-n", self.id, "--exit-dir", str(self.exits),
                 "--full-attach", "--runtime-arg", "--root", "--runtime-arg", str(self.runc_root),
                 "--log-level", "error", "--conmon-pidfile", str(self.folder / "monitor.pid")]
        for target in logs if logs is not None else [f"k8s-file:{self.log}"]:
            words += ["-l", target]
        return words + ["-t"] * self.terminal + ["-i"] * self.stdin + list(more)

    def path_of_runtime(self):
        return shutil.which(self.runtime)

    def create(self, *more, logs=None, words=None, env=None):
        """Starts the monitor, which creates the container. Returns the message on the sync pipe, or
        None where it has ended without one; `status` and `said` are the monitor's parent's."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        start, begin = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        given = {**os.environ, "_OCI_SYNCPIPE": str(theirs.fileno()),
                 "_OCI_STARTPIPE": str(begin.fileno()), **(env or {})}
        process = subprocess.Popen(words or self.words(*more, logs=logs), env=given,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, cwd=self.folder, pass_fds=(theirs.fileno(), begin.fileno()))
        theirs.close()
        begin.close()
        try:
            start.send(b"\0")
        except OSError:
            pass  # it has ended already
        # With --sync there is no fork, and the streams stay open.
        if "--sync" not in process.args:
            try:
                _, said = process.communicate(timeout=DEADLINE)
            except subprocess.TimeoutExpired:
                raise Late("the monitor's parent did not end") from None
            self.status, self.said = process.returncode, said.decode(errors="backslashreplace")
        self.process = process
        start.close()
        self.sync = ours
        return self.message()

    def message(self):
        if not select.select([self.sync], [], [], DEADLINE)[0]:
            raise Late("waited for a message on the sync pipe")
        text = self.sync.recv(65536)
        return json.loads(text) if text else None

    def runc(self, *words):
        done = subprocess.run([self.runtime, "--root", str(self.runc_root), *words],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                              timeout=DEADLINE)
        return done.returncode

    def start(self):
        return self.runc("start", self.id)

    def attach(self):
        return connect(self.bundle)

    def write_fifo(self, name, data):
        """As podman does: not blocking. A monitor that reads slowly is waited for."""
        end = os.open(self.bundle / name, os.O_WRONLY | os.O_NONBLOCK)
        try:
            while data:
                select.select([], [end], [], DEADLINE)
                data = data[os.write(end, data[:4096]):]
        finally:
            os.close(end)

    def monitor_pid(self):
        return int((self.folder / "monitor.pid").read_text())

    def exit_text(self, deadline=DEADLINE):
        """What the exit file says once it is there."""
        file = self.exits / self.id
        wait_for("the exit file", file.exists, deadline)
        return file.read_text()

    def lines(self, file=None):
        """The log's records without their times."""
        text = (file or self.log).read_bytes()
        return [re.sub(rb"^\S+ ", b"", line) for line in text.split(b"\n")[:-1]]

    def wait_lines(self, text):
        wait_for(f"{text!r} in the log",
                 lambda: self.log.exists() and text in self.log.read_bytes())

    def monitor_ends(self):
        pid = self.monitor_pid()
        wait_for("the monitor's end", lambda: processes.ended(pid))

    def remove(self):
        self.runc("delete", "--force", self.id)
        file = self.folder / "monitor.pid"
        if file.exists() and str(self.folder).encode() in processes.command_line(self.monitor_pid()):
            try:
                wait_for("the monitor's end", lambda: processes.ended(self.monitor_pid()), 5)
            except Late:
                os.kill(self.monitor_pid(), signal.SIGKILL)
        if self.sync:
            self.sync.close()
