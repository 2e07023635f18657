# SPDX-License-Identifier: Apache-2.0
"""podman logs, and the files behind it."""
import hashlib
import re

from suite.cases import add, case
from suite.session import digest, wait_for


def records(stage, name=None):
    """The log file's lines without their times."""
    return without_times(stage.log_file(name))


def without_times(file):
    return [re.sub(rb"^\S+ ", b"", line) for line in file.read_bytes().split(b"\n")]


def by_stream(lines):
    """Which of two streams is read first is chance."""
    return {name: [line for line in lines if line.startswith(name.encode())]
            for name in ("stdout", "stderr")} | {"others": [x for x in lines if x[:3] != b"std"]}


def simple(name, cmd, *options, of_logs=()):
    def play(stage):
        done = stage.run("--name", "c", *options, cmd=cmd)
        return {"run": done, "logs": stage.logs(None, *of_logs), "file": by_stream(records(stage))}
    add(name, play)


simple("lines", "echo one; echo two >&2; echo three")
simple("empty", "true")
simple("empty_lines", "echo; echo; echo x; echo")
simple("no_newline_at_the_end", "printf 'one\\ntwo'")
simple("all_bytes", "awk 'BEGIN { for (i = 0; i < 256; i++) printf \"%c\", i }' >/tmp/f; cat /tmp/f")
simple("carriage_returns", "printf 'a\\r\\nb\\rc\\n'")
simple("of_a_terminal", "echo one; echo two >&2; printf three", "-t")
simple("terminal_escapes", "printf '\\033[31mred\\033[0m\\n\\n'", "-t")
simple("spaces", "echo '  leading'; echo 'trailing  '; echo ' '; printf '\\t\\n'")
simple("utf8", "echo 'äöü 漢字 🙂'")
simple("json_file", "echo one; echo two >&2", "--log-driver", "json-file")
simple("tail_0", "seq 1 10", of_logs=("--tail", "0"))
simple("tail_1", "seq 1 10", of_logs=("--tail", "1"))
simple("tail_3", "seq 1 10", of_logs=("--tail", "3"))
simple("tail_more_than_there_are", "seq 1 10", of_logs=("--tail", "50"))
simple("tail_of_partial_lines", "printf 'one\\ntwo'", of_logs=("--tail", "1"))
simple("with_names", "echo x", of_logs=("--names",))
simple("tag", "echo x", "--log-opt", "tag=mine")
simple("label", "echo x", "--label", "a=b")


@case
def timestamps(stage):
    stage.run("--name", "c", cmd="echo one; echo two")
    done = stage.logs(None, "-t")
    lines = done[1].splitlines()
    shape = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.?\d* ?(\+00:00|Z) (one|two)$")
    return [done[0], [bool(shape.match(line)) for line in lines], lines == sorted(lines)]


@case
def times_in_the_file(stage):
    """Local time, nine digits, an offset in digits."""
    shape = re.compile(rb"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}[+-]\d\d:\d\d stdout F x$")
    stage.run("--name", "c", cmd="echo x")
    return bool(shape.match(stage.log_file().read_bytes().rstrip(b"\n")))


@case
def mode_of_the_file(stage):
    stage.run("--name", "c", cmd="echo x")
    return oct(stage.log_file().stat().st_mode)


@case
def since_and_until(stage):
    stage.start("-i", cmd="echo first; read -r x; echo second; sleep 1000")
    stage.wait_logged("first")
    stage.podman("exec", "c", "sleep", "2")
    session = stage.session("attach", "c")
    session.send("go\n")
    stage.wait_logged("second")
    stamp = [line.split(" ")[0] for line in stage.logs(None, "-t")[1].splitlines()]
    session.kill()
    middle = stamp[1][:19] + "Z"
    return [stage.logs(None, "--since", middle), stage.logs(None, "--until", middle),
            stage.logs(None, "--since", "1h"), stage.logs(None, "--since", "2100-01-01T00:00:00Z")]


@case
def follow_to_the_end(stage):
    stage.start("-i", cmd="echo one; read -r x; echo two; read -r x; exit 3")
    session = stage.session("logs", "-f", "c")
    session.expect("one\n")
    attached = stage.session("attach", "c")
    attached.send("go\n")
    # podman itself may miss what is written in the moment of the exit.
    session.expect("two\n")
    attached.send("go\n")
    return session.finish()


@case
def follow_what_has_ended(stage):
    stage.run("--name", "c", cmd="echo one; echo two")
    return stage.logs(None, "-f")


@case
def follow_the_tail(stage):
    stage.start("-i", cmd="seq 1 5; read -r x; echo more; read -r x; exit 0")
    stage.wait_logged("5")
    session = stage.session("logs", "-f", "--tail", "2", "c")
    session.expect("5\n")
    attached = stage.session("attach", "c")
    attached.send("go\n")
    session.expect("more\n")
    attached.send("go\n")
    return session.finish()


@case
def follow_and_leave(stage):
    stage.start(cmd="echo one; sleep 1000")
    session = stage.session("logs", "-f", "c")
    session.expect("one\n")
    session.signal(2)
    session.finish()
    return stage.state()


@case
def prompt_then_answer(stage):
    """A line in two pieces, each read by itself: P and F."""
    stage.start("-i", cmd="printf 'prompt: '; read -r x; echo $x; printf 'again: '; read -r x; exit 1")
    stage.wait_logged("prompt: ")
    session = stage.session("attach", "c")
    session.send("answer\n")
    stage.wait_logged("again: ")
    session.send("x\n")
    return [session.finish()[0], stage.wait(), records(stage), stage.logs()]


@case
def newline_alone(stage):
    stage.start("-i", cmd="printf 'text'; read -r x; echo; exit 1")
    stage.wait_logged("text")
    session = stage.session("attach", "c")
    session.send("x\n")
    return [session.finish()[0], stage.wait(), records(stage), stage.logs()]


@case
def both_streams_in_the_middle_of_a_line(stage):
    stage.start("-i", cmd="printf out; read -r x; printf err >&2; read -r x; echo; read -r x; echo >&2; "
                "read -r x")
    stage.wait_logged("out")
    session = stage.session("attach", "c")
    session.send("x\n")
    stage.wait_logged("err")
    session.send("x\n")
    wait_for("a whole line", lambda: b"stdout F" in stage.log_file().read_bytes())
    session.send("x\n")
    wait_for("another one", lambda: b"stderr F" in stage.log_file().read_bytes())
    session.send("x\n")
    return [session.finish()[0], stage.wait(), records(stage), stage.logs()]


@case
def lines_around_a_read(stage):
    """Sizes near 8192, written at once: the same records."""
    results = {}
    for size in (8190, 8191, 8192, 8193, 16384, 20000):
        name = f"c{size}"
        # One write, as dd makes them.
        stage.run("--name", name, cmd=f"(head -c {size} /dev/zero | tr '\\0' x; echo) >/tmp/f; "
                                      "dd if=/tmp/f bs=64k 2>/dev/null")
        results[name] = [[len(record), record[:10]] for record in records(stage, name)]
        results[f"{name} logs"] = digest(stage.logs(name)[1].encode())
    return results


@case
def long_line(stage):
    stage.run("--name", "c", cmd="head -c 1000000 /dev/zero | tr '\\0' x; echo; echo end")
    text = stage.log_file().read_bytes()
    pieces = [line.split(b" ", 3) for line in text.split(b"\n")[:-1]]
    return {"length": len(b"".join(piece[3] for piece in pieces if piece[2] == b"P")
                          + pieces[-2][3]), "longest": max(len(piece[3]) for piece in pieces) <= 8192,
            "last": [piece[1:3] for piece in pieces[-2:]], "logs": digest(stage.logs()[1].encode())}


@case
def across_starts(stage):
    stage.run("--name", "c", cmd="echo one more; exit 2")
    stage.podman("start", "-a", "c")
    stage.podman("restart", "c")
    stage.wait()
    return [stage.logs(), records(stage)]


@case
def of_several(stage):
    stage.run("--name", "a", cmd="echo from a")
    stage.run("--name", "b", cmd="echo from b >&2")
    done = stage.podman("logs", "a", "b")
    return [done[0], sorted(done[1].splitlines()), sorted(done[2].splitlines())]


@case
def none(stage):
    done = stage.run("--name", "c", "--log-driver", "none", cmd="echo hello")
    return [done, stage.logs()]


@case
def path(stage):
    file = stage.folder / "var" / "my.log"
    stage.run("--name", "c", "--log-opt", f"path={file}", cmd="echo hello; echo wrong >&2")
    return [by_stream(without_times(file)), stage.logs(), oct(file.stat().st_mode)]


@case
def path_that_was_there(stage):
    file = stage.folder / "var" / "my.log"
    file.write_text("2020-01-01T00:00:00.000000000+00:00 stdout F before\n")
    stage.run("--name", "c", "--log-opt", f"path={file}", cmd="echo hello")
    return [without_times(file), stage.logs()]


@case
def path_that_cannot_be(stage):
    done = stage.run("--name", "c", "--log-opt", "path=/proc/no/such.log", cmd="echo hello")
    return done[0]


@case
def path_on_a_full_disk(stage):
    """The container goes on."""
    done = stage.run("--name", "c", "--log-opt", "path=/dev/full", cmd="echo hello; exit 3")
    return done[:2]


@case
def folder_disappears(stage):
    folder = stage.folder / "var" / "logs"
    folder.mkdir()
    stage.start("-i", "--log-opt", f"path={folder}/c.log", cmd="echo one; read -r x; echo two; exit 4")
    stage.wait_logged("one")
    (folder / "c.log").unlink()
    folder.rmdir()
    session = stage.session("attach", "c")
    session.send("go\n")
    return [session.finish(), stage.wait()]


def logged_lines(stage):
    return [line.split(b" ", 3)[3] for line in stage.log_file().read_bytes().splitlines()]


# Of 64 bytes each, so that no read of 8192 ends within one.
LINES = "i=0; while [ $i -lt 5000 ]; do i=$((i + 1)); printf '%063d\\n' $i; done; exit 2"


@case
def size_limit(stage):
    """The oldest are dropped, and the rest are whole."""
    stage.run("--name", "c", "--log-opt", "max-size=100kb", cmd=LINES)
    lines = logged_lines(stage)
    numbers = [int(line) for line in lines]
    return [stage.state(None, "ExitCode"), numbers == list(range(numbers[0], 5001)), numbers[0],
            stage.log_file().stat().st_size, digest(stage.logs()[1].encode())]


@case
def size_limit_across_starts(stage):
    """What an earlier start has left."""
    stage.run("--name", "c", "--log-opt", "max-size=1mb", cmd=LINES)
    for _ in range(3):
        stage.podman("start", "-a", "c")
    return [stage.log_file().stat().st_size < 1_100_000, logged_lines(stage)[-1]]


@case
def size_limit_not_reached(stage):
    stage.run("--name", "c", "--log-opt", "max-size=1mb", cmd=LINES)
    return [len(logged_lines(stage)), digest(stage.logs()[1].encode())]


@case
def size_limit_of_a_terminal(stage):
    """What is dropped depends on how the output was read; the last lines do not."""
    stage.run("--name", "c", "-t", "--log-opt", "max-size=100kb", cmd="seq 1 20000")
    return [logged_lines(stage)[-100:], stage.log_file().stat().st_size < 110_000]


@case
def size_limit_too_small(stage):
    return stage.run("--rm", "--log-opt", "max-size=100", cmd="echo x")[0]


@case
def big(stage):
    stage.run("-d", "--name", "c", cmd="bytes 10")
    stage.wait()
    done = stage.logs(binary=True)
    return [done[0], len(done[1]), hashlib.sha256(done[1]).hexdigest()[:40], done[2]]


@case
def big_while_followed(stage):
    session = stage.run_session("-i", "--name", "c", cmd="read -r x; bytes 5; echo; echo END; read -r x")
    wait_for("it runs", lambda: stage.state(None, "Running")["Running"])
    follower = stage.session("logs", "-f", "c")
    session.send("go\n")
    follower.expect("END\n")
    session.send("go\n")
    session.finish()
    done = follower.finish()
    return [done[0], len(done[1]), digest(done[1].encode())]


@case
def until_the_last_byte(stage):
    results = []
    for size in (1, 8192, 65537, 300_000):
        stage.run("-d", "--name", f"c{size}", cmd=f"head -c {size} /dev/zero | tr '\\0' y; exit 1")
        stage.wait(f"c{size}")
        results.append([len(stage.logs(f"c{size}")[1]), size])
    return results


def gigabyte(name, *options):
    def play(stage):
        stage.run("-d", "--name", "c", *options, cmd="bytes 1024")
        stage.podman("wait", "c", timeout=1000)
        reader = stage.session("logs", "c")
        state = hashlib.sha256()
        length = 0
        while piece := reader.take():
            state.update(piece)
            length += len(piece)
        return [reader.finish()[0], length, state.hexdigest()[:40]]
    add(name, play, large=True, deadline=1800)


gigabyte("a_gigabyte")
gigabyte("a_gigabyte_of_a_terminal", "-t")
