# SPDX-License-Identifier: Apache-2.0
"""podman run -t and -it: podman has a terminal, or none."""
import hashlib

from suite.cases import add, case
from suite.session import digest


def simple(name, *options, cmd, **more):
    add(name, lambda stage: stage.run("--rm", "-t", *options, cmd=cmd, **more))


simple("hello", cmd="echo hello; echo wrong >&2; exit 3")
simple("without_a_newline", cmd="printf hello")
simple("is_one", cmd="tty; test -t 0 && test -t 1 && test -t 2 && echo all")
simple("settings", cmd="stty -a | sed 's/rows.*//'")
simple("says_nothing", cmd="true")
simple("not_found", cmd=["no-such-program"])
simple("not_executable", cmd=["/etc/not-executable"])
simple("carriage_returns", cmd="printf 'a\\r\\nb\\rc\\n\\n'")
simple("raw_output", cmd="stty -opost; printf 'a\\nb\\n'")
simple("input_from_a_pipe", "-i", cmd="read -r a; read -r b; echo got $a $b", input=b"one\ntwo\n")
simple("session_leader", cmd="ps -o pid,comm | head -n 2; cat /proc/self/stat | cut -d' ' -f5-8")
simple("long_line", cmd="head -c 50000 /dev/zero | tr '\\0' x")
simple("escape_sequences", cmd="printf '\\033[31mred\\033[0m\\033]0;title\\007\\n'")


@case
def output_until_the_last_byte(stage):
    results = []
    for size in (1, 4095, 4096, 8192, 8193, 65536, 300_000):
        done = stage.run("--rm", "-t", cmd=f"head -c {size} /dev/zero; exit 7", binary=True)
        results.append([done[0], len(done[1]), set(done[1]) == {0}])
    return results


@case
def big_output(stage):
    done = stage.run("--rm", "-t", cmd="bytes 4", binary=True)
    return [done[0], len(done[1]), digest(done[1]), done[2]]


@case
def first_size(stage):
    session = stage.run_session("--rm", "-it", cmd="shows_size 33 101", terminal=(33, 101))
    return session.finish()


@case
def first_size_before_the_first_program(stage):
    """Not a moment later: podman sends it before the start."""
    session = stage.run_session("--rm", "-it", cmd=["stty", "size"], terminal=(34, 102))
    return session.finish()


@case
def size_without_input(stage):
    session = stage.run_session("--rm", "-t", cmd="shows_size 22 91", terminal=(22, 91))
    return session.finish()


@case
def resized(stage):
    session = stage.run_session(
        "--rm", "-it", terminal=(20, 60),
        cmd="trap 'echo changed' WINCH; shows_size 20 60; echo now; shows_size 41 99; shows_size 7 8")
    session.expect("now")
    session.resize(41, 99)
    session.expect("size 41 99")
    session.resize(7, 8)
    session.expect("size 7 8")
    return [session.finish()[0], session.seen["out"].count(b"size")]


@case
def typed(stage):
    session = stage.run_session("--rm", "-it", terminal=(24, 80),
                                cmd="echo ready; while read -r x; do echo got $x; done; echo end")
    session.expect("ready")
    for word in ("one", "two"):
        session.send(f"{word}\n")
        session.expect(f"got {word}")
    session.send(b"\x04")
    return session.finish()


@case
def interrupt_key(stage):
    session = stage.run_session("--rm", "-it", terminal=(24, 80),
                                cmd="trap 'echo interrupted; exit 12' INT; echo ready; "
                                    "while true; do usleep 10000; done")
    session.expect("ready")
    session.send(b"\x03")
    return session.finish()


@case
def quit_and_suspend_keys_are_bytes_when_raw(stage):
    session = stage.run_session("--rm", "-it", terminal=(24, 80),
                                cmd="stty raw -echo; echo ready; head -c 3 | od -An -tx1")
    session.expect("ready")
    session.send(b"\x1c\x1a\x03")
    return session.finish()


@case
def a_shell(stage):
    session = stage.run_session("--rm", "-it", "-e", "PS1=prompt: ", cmd=["sh"], terminal=(24, 80))
    session.expect("prompt: ")
    for line, answer in (("echo $((6 * 7))", "42"), ("tty", "/dev/pts/0"), ("false || echo no", "no\r")):
        session.send(line + "\n")
        session.expect(answer)
    session.send("exit 14\n")
    return [session.finish()[0]]


@case
def big_paste(stage):
    """More than a terminal holds, while nobody reads at first."""
    session = stage.run_session("--rm", "-it", terminal=(24, 80),
                                cmd="stty raw -echo; echo ready; usleep 300000; head -c 200000 | sha256sum")
    session.expect("ready")
    data = b"0123456789" * 20_000
    session.send(data)
    session.expect(hashlib.sha256(data).hexdigest())
    return session.finish()[0]


@case
def everything_typed_before_the_read(stage):
    session = stage.run_session("--rm", "-it", terminal=(24, 80),
                                cmd="stty -echo; echo ready; usleep 200000; head -n 100 | tail -n 2")
    session.expect("ready")
    session.send("".join(f"line {n}\n" for n in range(100)))
    return session.finish()


@case
def hangup_and_reopen(stage):
    """The program closes the terminal and opens it again: that is no end."""
    return stage.run("--rm", "-t", cmd="echo first; exec <&- >&- 2>&-; usleep 300000; "
                     "exec </dev/console >/dev/console 2>&1; echo second; exit 5")


@case
def detached(stage):
    stage.run("-d", "-t", "--name", "c", cmd="echo hello; echo wrong >&2; exit 6")
    return [stage.wait(), stage.logs(), stage.state()]


@case
def detached_and_interactive(stage):
    stage.run("-d", "-it", "--name", "c", cmd="echo ready; read -r x; echo got $x; exit 7")
    stage.wait_logged("ready")
    session = stage.session("attach", "c", terminal=(24, 80))
    session.send("word\n")
    session.expect("got word")
    return [session.finish()[0], stage.wait(), stage.logs()]


@case
def size_of_a_detached_one(stage):
    stage.run("-d", "-t", "--name", "c", cmd="stty size")
    return [stage.wait(), stage.logs()]


@case
def terminal_of_podman_goes_away(stage):
    """Whoever watched is gone; the container stays."""
    session = stage.run_session("-it", "--name", "c", cmd="echo ready; shows_size 1 2",
                                terminal=(24, 80))
    session.expect("ready")
    session.kill()
    state = stage.state()
    stage.podman("stop", "-t", "0", "c")
    return [state, stage.state()["Status"]]


@case
def start_attached(stage):
    stage.create("-it", "--name", "c", cmd="shows_size 19 77; read -r x; echo got $x; exit 2")
    session = stage.session("start", "-ai", "c", terminal=(19, 77))
    session.expect("size 19 77")
    session.send("this\n")
    return session.finish()
