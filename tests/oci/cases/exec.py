# SPDX-License-Identifier: Apache-2.0
"""podman exec."""
import concurrent.futures
import hashlib
import os

from suite.cases import add, case
from suite.session import digest, wait_for


def simple(name, *options, cmd, **more):
    words = ["sh", "-c", cmd] if isinstance(cmd, str) else cmd

    def play(stage):
        stage.start(cmd="sleep 1000")
        return [stage.podman("exec", *options, "c", *words, **more), stage.logs()]
    add(name, play)


simple("hello", cmd="echo hello; echo wrong >&2; exit 3")
simple("says_nothing", cmd="true")
simple("without_a_newline", cmd="printf hello")
simple("not_found", cmd=["no-such-program"])
simple("not_executable", cmd=["/etc/not-executable"])
simple("no_working_directory", "-w", "/no/such", cmd="pwd")
simple("user_environment_and_folder", "-u", "1000", "-e", "A=b", "-w", "/tmp", cmd="id -u; echo $A; pwd")
simple("input", "-i", cmd="cat; echo end", input=b"one\ntwo\n")
simple("input_ends_at_once", "-i", cmd="cat; echo end", input=b"")
simple("stdin_is_empty_without_i", cmd="cat; echo end")
simple("terminal", "-t", cmd="tty; echo out; echo err >&2; exit 4")
simple("terminal_with_input", "-i", "-t", cmd="read -r a; echo got $a", input=b"one\n")
simple("terminal_not_found", "-t", cmd=["no-such-program"])
simple("privileged", "--privileged", cmd="echo privileged")
simple("many_short_lines", cmd="seq 1 20000 | tail -n 5")
simple("ends_with_a_process_left", cmd="(sleep 2; echo late) >/dev/null 2>&1 & echo now")


@case
def big_output(stage):
    stage.start(cmd="sleep 1000")
    done = stage.podman("exec", "c", "bytes", "10", binary=True)
    return [done[0], len(done[1]), digest(done[1]), done[2]]


@case
def big_output_on_a_terminal(stage):
    stage.start(cmd="sleep 1000")
    done = stage.podman("exec", "-t", "c", "bytes", "3", binary=True)
    return [done[0], len(done[1]), digest(done[1]), done[2]]


@case
def big_input(stage):
    stage.start(cmd="sleep 1000")
    data = hashlib.sha256(b"exec").digest() * 65_536
    done = stage.podman("exec", "-i", "c", "sha256sum", input=data)
    return [done, hashlib.sha256(data).hexdigest() in done[1]]


@case
def output_until_the_last_byte(stage):
    stage.start(cmd="sleep 1000")
    results = []
    for size in (1, 4096, 8192, 8193, 65536, 300_000):
        done = stage.podman("exec", "c", "sh", "-c", f"head -c {size} /dev/zero; exit 7", binary=True)
        results.append([done[0], len(done[1])])
    return results


@case
def first_size(stage):
    stage.start(cmd="sleep 1000")
    session = stage.session("exec", "-it", "c", "shows_size", "31", "93", terminal=(31, 93))
    return session.finish()


@case
def resized(stage):
    stage.start(cmd="sleep 1000")
    session = stage.session("exec", "-it", "c", "sh", "-c", "shows_size 20 60; shows_size 44 155",
                            terminal=(20, 60))
    session.expect("size 20 60")
    session.resize(44, 155)
    return session.finish()


@case
def typed(stage):
    stage.start(cmd="sleep 1000")
    session = stage.session("exec", "-it", "c", "sh", "-c",
                            "echo ready; while read -r x; do echo got $x; done; echo end",
                            terminal=(24, 80))
    session.expect("ready")
    session.send("word\n")
    session.expect("got word")
    session.send(b"\x04")
    return session.finish()


@case
def input_as_it_comes(stage):
    stage.start(cmd="sleep 1000")
    session = stage.session("exec", "-i", "c", "sh", "-c", "while read -r x; do echo got $x; done")
    for word in ("one", "two"):
        session.send(f"{word}\n")
        session.expect(f"got {word}\n")
    return session.finish()


@case
def detached(stage):
    stage.start(cmd="sleep 1000")
    done = stage.podman("exec", "-d", "c", "sh", "-c", "echo hello >/tmp/said; exit 3")
    wait_for("what it wrote", lambda: "hello" in stage.podman("exec", "c", "cat", "/tmp/said")[1])
    return [[done[0], len(done[1].strip()), done[2]], stage.logs()]


@case
def detached_with_a_terminal(stage):
    stage.start(cmd="sleep 1000")
    done = stage.podman("exec", "-d", "-t", "c", "sh", "-c", "tty >/tmp/said")
    wait_for("what it wrote", lambda: "/dev/pts" in stage.podman("exec", "c", "cat", "/tmp/said")[1])
    return [done[0], done[2]]


@case
def detached_not_found(stage):
    stage.start(cmd="sleep 1000")
    return stage.podman("exec", "-d", "c", "no-such-program")


@case
def detached_sessions_are_told(stage):
    stage.start(cmd="sleep 1000")
    stage.podman("exec", "-d", "c", "sleep", "1000")
    return len(stage.inspect()["ExecIDs"])


@case
def detach_keys(stage):
    stage.start(cmd="sleep 1000")
    session = stage.session("exec", "-it", "c", "sh", "-c",
                            "echo ready; while [ ! -e /tmp/go ]; do usleep 10000; done; echo x >/tmp/done",
                            terminal=(24, 80))
    session.expect("ready")
    session.type_keys(b"\x10\x11")
    status = session.finish()[0]
    stage.podman("exec", "c", "touch", "/tmp/go")
    wait_for("it went on", lambda: stage.podman("exec", "c", "test", "-e", "/tmp/done")[0] == 0)
    return status


@case
def in_a_stopped_container(stage):
    stage.run("--name", "c", cmd="true")
    return stage.podman("exec", "c", "true")


@case
def container_ends_meanwhile(stage):
    stage.start(cmd="sleep 1000")
    session = stage.session("exec", "c", "sh", "-c", "echo ready; sleep 1000")
    session.expect("ready\n")
    stage.podman("kill", "c")
    return [session.finish()[0], stage.wait()]


@case
def several_at_once(stage):
    stage.start(cmd="sleep 1000")

    def one(number):
        return stage.podman("exec", "c", "sh", "-c", f"echo {number}; echo e{number} >&2; exit {number}")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, range(16)))


@case
def preserve_fds(stage):
    stage.start(cmd="sleep 1000")
    file = stage.folder / "var" / "input"
    file.write_text("from outside\n")
    return stage.podman("exec", "--preserve-fds", "1", "c", "sh", "-c", "cat <&3",
                        prefix=["sh", "-c", f'exec 3<{file}; exec "$@"', "sh"])


@case
def killed_client(stage):
    """podman is gone; what it started goes on, and the container with it."""
    stage.start(cmd="sleep 1000")
    session = stage.session("exec", "c", "sh", "-c",
                            "echo ready; while [ ! -e /tmp/go ]; do usleep 10000; done; "
                            "echo more; echo x >/tmp/done")
    session.expect("ready\n")
    session.kill()
    stage.podman("exec", "c", "touch", "/tmp/go")
    wait_for("it went on", lambda: stage.podman("exec", "c", "test", "-e", "/tmp/done")[0] == 0)
    return stage.state()


@case
def sessions_leave_nothing(stage):
    stage.start(cmd="sleep 1000")
    for number in range(3):
        stage.podman("exec", "c", "sh", "-c", f"exit {number}")
    wait_for("no session is left", lambda: not stage.inspect()["ExecIDs"])
    return [name for name in os.listdir(stage.bundle()) if len(name) == 64]


@case
def reads_what_the_container_has(stage):
    stage.start("-e", "B=c", "-w", "/var", cmd="echo kept >/tmp/x; sleep 1000")
    wait_for("the file", lambda: stage.podman("exec", "c", "test", "-s", "/tmp/x")[0] == 0)
    return stage.podman("exec", "c", "sh", "-c", "cat /tmp/x; pwd; echo $B")
