# SPDX-License-Identifier: Apache-2.0
"""podman attach, and what comes to the attach socket."""
import hashlib
import os
import signal
import socket
import threading
import time

from suite import direct
from suite.cases import add, case
from suite.session import digest, wait_for

ECHO = "echo ready; while read -r x; do echo got $x; done; echo end"


def connect(stage, name=None):
    """To the socket itself, as podman does."""
    return direct.connect(stage.bundle(name))


def take(end, text):
    """Messages until this has come; the streams they were of."""
    data, streams, longest = b"", set(), 0
    while text not in data:
        message = end.recv(65536)
        if not message:
            break
        streams.add(message[0])
        longest = max(longest, len(message))
        data += message[1:]
    return data, sorted(streams), longest


@case
def gets_what_comes_later(stage):
    stage.start("-i", cmd=ECHO)
    stage.wait_logged("ready")
    session = stage.session("attach", "c")
    session.send("one\n")
    session.expect("got one\n")
    return [session.finish(), stage.wait()]


@case
def without_stdin(stage):
    stage.start(cmd="while [ ! -e /tmp/go ]; do usleep 10000; done; echo later; exit 3")
    session = stage.session("attach", "--no-stdin", "c")
    wait_for("it is attached", lambda: attached(session))
    stage.podman("exec", "c", "touch", "/tmp/go")
    return [session.finish(), stage.wait()]


@case
def without_stdin_ends_the_input(stage):
    """podman closes its writing side then, and that is everybody's."""
    stage.start("-i", cmd="cat; echo end; exit 4")
    return [stage.session("attach", "--no-stdin", "c").finish()[0], stage.wait(), stage.logs()]


@case
def to_one_that_has_ended(stage):
    stage.run("--name", "c", cmd="true")
    return stage.podman("attach", "c")


@case
def gives_the_code(stage):
    stage.start("-i", cmd="read -r x; exit 17")
    session = stage.session("attach", "c")
    session.send("x\n")
    return session.finish()


@case
def both_streams(stage):
    stage.start("-i", cmd="read -r x; echo out; echo err >&2; exit 1")
    session = stage.session("attach", "c")
    session.send("x\n")
    return session.finish()


@case
def passes_signals_on(stage):
    stage.start(cmd="trap 'echo term; exit 9' TERM; echo ready; while true; do usleep 10000; done")
    stage.wait_logged("ready")
    session = stage.session("attach", "--no-stdin", "c")
    wait_for("it is attached", lambda: attached(session))
    session.signal(signal.SIGTERM)
    return session.finish()


def attached(session):
    """Whether this podman has a connection of the attach socket's kind."""
    with open("/proc/net/unix", encoding="ascii", errors="replace") as file:
        rows = [line.split() for line in file]
    connected = {f"socket:[{row[6]}]" for row in rows if row[4] == "0005" and row[5] == "03"}
    folder = f"/proc/{session.process.pid}/fd"
    return any(link(f"{folder}/{name}") in connected for name in os.listdir(folder))


def link(path):
    try:
        return os.readlink(path)
    except OSError:
        return ""


def detaches(name, keys, *options):
    def play(stage):
        stage.start("-it", *options, cmd=ECHO)
        stage.wait_logged("ready")
        session = stage.session("attach", *options, "c", terminal=(24, 80))
        session.send("one\n")
        session.expect("got one")
        session.type_keys(keys)
        first = session.finish()[0]
        state = stage.state()
        again = stage.session("attach", *options, "c", terminal=(24, 80))
        again.send("two\n")
        again.expect("got two")
        again.send(b"\x04")
        return [first, state, again.finish()[0], stage.logs()]
    add(name, play)


detaches("detach_keys", b"\x10\x11")
detaches("other_detach_keys", b"xyz", "--detach-keys", "x,y,z")
detaches("one_detach_key", b"\x18", "--detach-keys", "ctrl-x")


@case
def detach_from_run(stage):
    session = stage.run_session("-it", "--name", "c", cmd=ECHO, terminal=(24, 80))
    session.expect("ready")
    session.type_keys(b"\x10\x11")
    return [session.finish()[0], stage.state()]


@case
def without_detach_keys(stage):
    session = stage.run_session("-it", "--name", "c", "--detach-keys", "", cmd="stty raw -echo; echo ready; "
                                "head -c 2 | od -An -tx1", terminal=(24, 80))
    session.expect("ready")
    session.type_keys(b"\x10\x11")
    return session.finish()


@case
def size_of_the_one_who_attaches(stage):
    stage.start("-it", cmd="echo ready; shows_size 39 119; read -r x")
    stage.wait_logged("ready")
    session = stage.session("attach", "c", terminal=(39, 119))
    session.expect("size 39 119")
    session.send("x\n")
    return session.finish()[0]


@case
def several_see_the_same(stage):
    stage.start("-i", cmd=ECHO)
    stage.wait_logged("ready")
    sessions = [stage.session("attach", "c") for _ in range(5)]
    # Each is there once it has got an answer.
    for number, session in enumerate(sessions):
        session.send(f"{number}\n")
        session.expect(f"got {number}\n")
    sessions[0].send("all\n")
    for session in sessions:
        session.expect("got all\n")
    first = sessions[0].finish()
    return [first[0], *(session.finish()[0] for session in sessions[1:]), stage.logs()]


@case
def big_output_to_several(stage):
    stage.start("-i", cmd="read -r x; bytes 5")
    ends = [connect(stage) for _ in range(3)]
    sent = connect(stage)
    sent.send(b"go\n")
    results = [None] * len(ends)

    def read(number):
        data, streams, longest = take(ends[number], b"never comes")
        results[number] = [len(data), digest(data), streams, longest <= 8193]
    threads = [threading.Thread(target=read, args=(number,)) for number in range(len(ends))]
    for thread in threads:
        thread.start()
    take(sent, b"never comes")
    for thread in threads:
        thread.join()
    return results


@case
def one_who_does_not_read(stage):
    """Does it stop the container, which writes 20 MB?"""
    stage.start("-i", cmd="read -r x; bytes 20; exit 3")
    idle, sender = connect(stage), connect(stage)
    sender.send(b"go\n")
    sender.close()
    done = stands_still(stage)
    idle.close()
    return [done, stage.wait()]


def stands_still(stage, patience=12):
    """`ended`, or `stopped` once the log has not grown for so many seconds."""
    size, since = 0, time.monotonic()
    while time.monotonic() - since < patience:
        if stage.state(None, "Running")["Running"] is False:
            return "ended"
        now = stage.log_file().stat().st_size
        if now != size:
            size, since = now, time.monotonic()
        time.sleep(0.1)
    return "stopped"


@case
def one_who_vanishes(stage):
    """That is an end of the input, as if it had closed its side."""
    stage.start("-i", cmd=ECHO)
    stage.wait_logged("ready")
    session = stage.session("attach", "c")
    session.send("one\n")
    session.expect("got one\n")
    session.kill()
    return [stage.wait(), stage.logs()]


@case
def vanishes_in_the_middle_of_output(stage):
    stage.start("-i", cmd="read -r x; bytes 10; exit 5")
    end = connect(stage)
    end.send(b"go\n")
    end.recv(8193)
    end.close()
    stage.wait()
    done = stage.logs(binary=True)
    return [stage.state(), len(done[1]), digest(done[1])]


@case
def messages(stage):
    """First byte: the stream."""
    stage.start("-i", cmd="read -r x; echo out; read -r x; echo err >&2; read -r x; exit 1")
    end = connect(stage)
    end.send(b"1\n")
    first = take(end, b"out\n")
    end.send(b"2\n")
    second = take(end, b"err\n")
    end.send(b"3\n")
    return [first, second, end.recv(100), stage.wait()]


@case
def messages_of_a_terminal(stage):
    stage.start("-it", cmd="stty -echo; read -r x; echo out; echo err >&2; read -r x; exit 1")
    end = connect(stage)
    end.send(b"1\n")
    seen = take(end, b"err\r\n")
    end.send(b"2\n")
    return [seen[1], seen[0].replace(b"1\r\n", b""), stage.wait()]


@case
def half_close(stage):
    """Its input ends, and so does the container's; it gets what comes still."""
    stage.start("-i", cmd="cat; echo end; echo wrong >&2; exit 2")
    end = connect(stage)
    end.send(b"one\n")
    end.shutdown(socket.SHUT_WR)
    data, streams, _ = take(end, b"never comes")
    return [sorted(data.splitlines()), streams, stage.wait(), stage.logs()]


@case
def half_close_of_a_terminal(stage):
    stage.start("-it", cmd="stty -echo; echo ready; read -r x; echo got $x; read -r x; exit 3")
    stage.wait_logged("ready")
    end = connect(stage)
    end.send(b"one\n")
    end.shutdown(socket.SHUT_WR)
    seen = take(end, b"got one\r\n")[0]
    other = connect(stage)
    other.send(b"two\n")
    return [b"got one" in seen, stage.wait()]


@case
def closes_at_once(stage):
    stage.start("-i", cmd="sleep 1000")
    for _ in range(20):
        connect(stage).close()
    return stage.state()


@case
def long_messages(stage):
    stage.start("-i", cmd="head -c 320000 | sha256sum; exit 4")
    end = connect(stage)
    data = b"".join(b"%032d" % n for n in range(10_000))
    for at in range(0, len(data), 32_000):
        end.send(data[at:at + 32_000])
    seen = take(end, b"\n")[0]
    return [hashlib.sha256(data).hexdigest().encode() in seen, stage.wait()]


@case
def garbage(stage):
    """Whatever it sends is the container's input."""
    stage.start("-i", cmd="head -c 1000 | od -An -tx1 | tail -n 1; exit 4")
    end = connect(stage)
    end.send(bytes(range(256)) * 3 + bytes(232))
    return [take(end, b"\n")[0], stage.wait()]


@case
def from_several(stage):
    stage.start("-i", cmd="head -n 100 | sort | uniq | wc -l")
    ends = [connect(stage) for _ in range(10)]
    for number in range(10):
        for which, end in enumerate(ends):
            end.send(f"line {which} {number}\n".encode())
    return [take(ends[3], b"\n")[0], stage.wait()]


@case
def input_without_i(stage):
    stage.start(cmd="echo ready; cat; echo end; sleep 1")
    end = connect(stage)
    try:
        end.send(b"nobody reads it\n")
    except OSError:
        pass
    return [stage.wait(), stage.logs()]


@case
def input_fills_up(stage):
    """More than the container reads; it ends all the same."""
    stage.start("-i", cmd="echo ready; sleep 1; exit 6")
    end = connect(stage)
    end.settimeout(0.2)
    try:
        for _ in range(200):
            end.send(b"x" * 32_000)
    except TimeoutError:
        pass
    return stage.wait()


@case
def ends_after_the_last_byte(stage):
    results = []
    for size in (1, 8192, 70_000, 400_000):
        name = f"c{size}"
        stage.run("-d", "-i", "--name", name, cmd=f"read -r x; head -c {size} /dev/zero; exit 1")
        end = connect(stage, name)
        end.send(b"go\n")
        results.append(len(take(end, b"never comes")[0]))
    return results


@case
def start_attached_with_input(stage):
    stage.create("-i", "--name", "c", cmd="cat; echo end; exit 5")
    session = stage.session("start", "-a", "-i", "c")
    session.send("one\n")
    session.expect("one\n")
    return session.finish()


@case
def mode_of_the_socket(stage):
    stage.start("-i", cmd="sleep 1000")
    names = ("attach", "ctl", "winsz")
    return [[name, oct((stage.bundle() / name).stat().st_mode)] for name in names]


def gigabyte(name, *options):
    def play(stage):
        stage.start(*options, "--log-driver", "none",
                    cmd="until [ -e /tmp/go ]; do usleep 10000; done; bytes 1024")
        end = connect(stage)
        stage.podman("exec", "c", "touch", "/tmp/go")
        state, length = hashlib.sha256(), 0
        while message := end.recv(65536):
            state.update(message[1:])
            length += len(message) - 1
        return [length, state.hexdigest()[:40], stage.wait()]
    add(name, play, large=True, deadline=1800)


gigabyte("a_gigabyte")
gigabyte("a_gigabyte_of_a_terminal", "-t")
