# SPDX-License-Identifier: Apache-2.0
"""What podman hands to the monitor on request: notify sockets, the journal, pass-through, key rings."""
import array
import json
import os
import socket
import threading

from suite.cases import add, case
from suite.session import wait_for
from suite.stage import Skip


class Listener:
    """A socket of datagrams."""

    def __init__(self, path):
        self.end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.end.bind(str(path))
        self.end.settimeout(0.2)
        self.seen = []
        self.open = True
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        while self.open:
            try:
                data, rights, _, _ = self.end.recvmsg(1 << 20, 64)
            except TimeoutError:
                continue
            for _, _, numbers in rights:  # a large entry comes as a file
                for number in array.array("i", numbers):
                    with os.fdopen(number, "rb") as file:
                        file.seek(0)
                        data += file.read()
            self.seen.append(data)

    def close(self):
        self.open = False
        self.thread.join()


def notified(stage, mode, *messages, until=None):
    """What the socket of podman's caller gets."""
    path = stage.folder / "var" / "notify"
    listener = Listener(path)
    done = stage.session("run", "-d", "--name", "c", f"--sdnotify={mode}", *stage_words(stage),
                         "conq-play", "sleep", "1000", env={"NOTIFY_SOCKET": str(path)})
    socket_in_bundle = None
    if messages:
        socket_in_bundle = wait_for("the container's socket", lambda: notify_socket(stage))
        sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        folder = os.open(socket_in_bundle.parent, os.O_PATH | os.O_DIRECTORY)
        for message in messages:  # the path is longer than a socket's name may be
            sender.sendto(message, f"/proc/self/fd/{folder}/notify.sock")
        os.close(folder)
    if until:
        wait_for("the message", lambda: any(until in data for data in listener.seen))
    result = done.finish()
    listener.close()
    kinds = sorted({line.split(b"=")[0] + (b"=1" if line.endswith(b"=1") else b"=...")
                    for data in listener.seen for line in data.splitlines() if line})
    return [result[0], kinds]


def stage_words(stage):
    return stage.create_words("x", [], [])[1:-1]


def notify_socket(stage):
    found = list(stage.folder.glob("root/*-containers/*/userdata/notify/notify.sock"))
    return found[0] if found else None


@case
def sdnotify_of_the_container(stage):
    return notified(stage, "container", b"READY=1", until=b"READY=1")


@case
def sdnotify_with_other_words(stage):
    """Of a message of several lines READY=1 alone goes on."""
    return notified(stage, "container", b"STATUS=starting\nX=y\n", b"STATUS=up\nREADY=1\nX=y",
                    until=b"READY=1")


@case
def sdnotify_watchdog(stage):
    return notified(stage, "container", b"READY=1", b"WATCHDOG=1", until=b"WATCHDOG=1")


@case
def sdnotify_of_the_monitor(stage):
    return notified(stage, "conmon", until=b"READY=1")


@case
def sdnotify_ignored(stage):
    return notified(stage, "ignore")


@case
def sdnotify_reaches_the_container(stage):
    path = stage.folder / "var" / "notify"
    listener = Listener(path)
    done = stage.run("--rm", "--sdnotify=container", cmd="echo $NOTIFY_SOCKET; test -S $NOTIFY_SOCKET && echo there",
                     env={"NOTIFY_SOCKET": str(path)})
    listener.close()
    return done


def journal(name, *options, cmd, logs=False):
    """A journal of our own, where systemd's would be, seen by these podmans alone."""
    def play(stage):
        if os.path.exists("/run/systemd/journal/socket"):
            raise Skip("the system's own journal runs here")
        if not os.path.isdir("/run"):
            raise Skip("no /run")
        folder = stage.folder / "var" / "systemd"
        (folder / "journal").mkdir(parents=True)
        listener = Listener(folder / "journal" / "socket")
        aside = ["unshare", "--mount", "sh", "-c",
                 'mkdir -p /run/systemd && mount --bind "$0" /run/systemd && exec "$@"', str(folder)]
        done = stage.run("--name", "c", "--log-driver", "journald", *options, cmd=cmd, prefix=aside)
        if "journal" in done[2] and done[0] == 125:
            raise Skip(done[2])
        wait_for("the entries", lambda: entries(listener.seen) or not cmd.startswith("echo"))
        listener.close()
        return [done, entries(listener.seen)]
    add(name, play)


def entries(datagrams):
    """Those of the container, as fields; those that differ from run to run left out."""
    kept = ("MESSAGE", "PRIORITY", "CONTAINER_NAME", "CONTAINER_TAG", "SYSLOG_IDENTIFIER",
            "CONTAINER_PARTIAL_MESSAGE", "CONTAINER_ID", "CONTAINER_ID_FULL")
    result = []
    for data in datagrams:
        fields = {}
        while data:
            line, _, data = data.partition(b"\n")
            name, is_text, value = line.partition(b"=")
            if not is_text and data:  # a length of eight bytes, then the value
                size = int.from_bytes(data[:8], "little")
                value, data = data[8:8 + size], data[9 + size:]
            fields[name.decode(errors="replace")] = value.decode(errors="backslashreplace")
        if "CONTAINER_ID_FULL" in fields:
            result.append({key: fields[key] for key in fields if key in kept or key[:1] == "x"})
    return sorted(result, key=json.dumps)


journal("journald", cmd="echo out; echo err >&2; exit 3")
journal("journald_tag", "--log-opt", "tag=mine", cmd="echo out")
journal("journald_of_a_terminal", "-t", cmd="echo out")
journal("journald_partial", cmd="echo one; printf two")
journal("journald_long_line", cmd="echo start; head -c 20000 /dev/zero | tr '\\0' x; echo")
journal("journald_label", "--label", "xlabel=value", cmd="echo out")


@case
def passthrough(stage):
    """podman's own streams are the container's."""
    return stage.run("--rm", "--log-driver", "passthrough", cmd="echo out; echo err >&2; exit 5")


@case
def passthrough_with_input(stage):
    return stage.run("--rm", "-i", "--log-driver", "passthrough", cmd="cat; exit 6", input=b"one\n")


@case
def passthrough_detached(stage):
    done = stage.run("-d", "--name", "c", "--log-driver", "passthrough", cmd="echo out; exit 7")
    return [done[0], stage.wait(), stage.logs()]


@case
def passthrough_on_a_terminal(stage):
    session = stage.run_session("--rm", "--log-driver", "passthrough", cmd="echo out", terminal=(24, 80))
    return session.finish()[0]


@case
def cgroups_disabled(stage):
    return stage.run("--rm", "--cgroups=disabled", cmd="echo out; exit 2")


@case
def no_key_ring(stage):
    configuration = stage.folder / "containers.conf"
    configuration.write_text(configuration.read_text().replace("[engine]", "keyring = false\n[engine]"))
    try:
        return stage.run("--rm", cmd="echo out; exit 2")
    finally:
        configuration.write_text(configuration.read_text().replace("keyring = false\n", ""))


@case(slow=True)
def debug_log_level(stage):
    """podman passes it on, and --syslog with it."""
    done = stage.podman("--log-level", "debug", *stage.create_words("run", ["--rm"], "echo out; exit 2"))
    return done[:2]


@case
def exit_command_delay(stage):
    configuration = stage.folder / "containers.conf"
    configuration.write_text(configuration.read_text() + "exit_command_delay = 1\n")
    try:
        stage.start(cmd="sleep 1000")
        return stage.podman("exec", "c", "sh", "-c", "echo out; exit 2")
    finally:
        configuration.write_text(configuration.read_text().replace("exit_command_delay = 1\n", ""))
