# SPDX-License-Identifier: Apache-2.0
"""A command that runs while a case talks to it, on pipes or on a terminal of its own."""
import fcntl
import hashlib
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import time

DEADLINE = 30


def digest(data):
    """Of a length that no id has."""
    return hashlib.sha256(data).hexdigest()[:40]


class Late(Exception):
    """What was waited for did not come."""


def wait_for(what, holds, deadline=DEADLINE):
    """Waits until holds() gives something true, and returns it."""
    end = time.monotonic() + deadline
    while True:
        value = holds()
        if value:
            return value
        if time.monotonic() > end:
            raise Late(f"waited for {what}")
        time.sleep(0.01)


class Session:
    """stdin, stdout and stderr are pipes; with terminal=(rows, columns), one terminal."""

    def __init__(self, command, terminal=None, env=None, pass_fds=(), cwd=None):
        self.seen = {"out": b"", "err": b""}
        self.changed = threading.Condition()
        self.readers = []
        self.master = None
        if terminal:
            self.master, slave = pty.openpty()
            self.resize(*terminal)
            streams = {"stdin": slave, "stdout": slave, "stderr": slave}

            def lead():
                os.setsid()
                fcntl.ioctl(0, termios.TIOCSCTTY, 0)
            self.process = subprocess.Popen(command, env=env, pass_fds=pass_fds, cwd=cwd,
                                            preexec_fn=lead, **streams)
            self.slave = slave
            self.read_on("out", self.master)
        else:
            pipe = subprocess.PIPE
            self.process = subprocess.Popen(command, env=env, pass_fds=pass_fds, cwd=cwd,
                                            stdin=pipe, stdout=pipe, stderr=pipe)
            self.read_on("out", self.process.stdout.fileno())
            self.read_on("err", self.process.stderr.fileno())

    def read_on(self, name, descriptor):
        def read():
            while True:
                try:
                    piece = os.read(descriptor, 65536)
                except OSError:  # a terminal's hangup
                    piece = b""
                with self.changed:
                    self.seen[name] += piece
                    self.changed.notify_all()
                if not piece:
                    return
        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        self.readers.append(thread)

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def send(self, text):
        data = text.encode() if isinstance(text, str) else text
        while data:
            descriptor = self.master if self.master is not None else self.process.stdin.fileno()
            data = data[os.write(descriptor, data):]

    def type_keys(self, keys):
        """Byte by byte, each when the one before was read: podman knows its detach keys in no
        other way."""
        for key in keys:
            self.send(bytes([key]))
            # On Linux a poll of a terminal waits for what was written to its other side.
            wait_for("a key is read", lambda: not select.select([self.slave], [], [], 0)[0])

    def close_input(self):
        self.process.stdin.close()

    def expect(self, text, name="out", count=1, deadline=DEADLINE):
        """Waits until this text has come so many times."""
        data = text.encode() if isinstance(text, str) else text
        end = time.monotonic() + deadline
        with self.changed:
            while self.seen[name].count(data) < count:
                if not self.changed.wait(end - time.monotonic()):
                    raise Late(f"waited for {data!r} in {self.seen[name][-500:]!r}")

    def expect_match(self, pattern, name="out", deadline=DEADLINE):
        end = time.monotonic() + deadline
        with self.changed:
            while not re.search(pattern.encode(), self.seen[name]):
                if not self.changed.wait(end - time.monotonic()):
                    raise Late(f"waited for {pattern!r} in {self.seen[name][-500:]!r}")
            return re.search(pattern.encode(), self.seen[name])

    def take(self, name="out"):
        """What has come since the last time, at least a byte, or nothing at the end; it is forgotten."""
        number = 0 if name == "out" else 1
        with self.changed:
            while not self.seen[name] and self.readers[number].is_alive():
                self.changed.wait(1)
            piece, self.seen[name] = self.seen[name], b""
        return piece

    def signal(self, number):
        self.process.send_signal(number)

    def finish(self, deadline=DEADLINE):
        """Waits for its end; returns [status, stdout, stderr], or [status, terminal]."""
        if self.master is None and not self.process.stdin.closed:
            self.close_input()
        try:
            status = self.process.wait(deadline)
        except subprocess.TimeoutExpired:
            shown = self.seen["out"][-500:], self.seen["err"][-500:]
            raise Late(f"waited for the end of {self.process.args[-3:]}, seen {shown!r}") from None
        if self.master is not None:
            os.close(self.slave)
        for thread in self.readers:
            thread.join(deadline)
        names = ("out",) if self.master is not None else ("out", "err")
        if self.master is not None:
            os.close(self.master)
            self.master = None
        return [status, *(self.seen[name].decode(errors="backslashreplace") for name in names)]

    def kill(self):
        self.signal(signal.SIGKILL)
        self.process.wait()
