# SPDX-License-Identifier: Apache-2.0
"""podman run, without a terminal."""
import hashlib
import os
import pathlib

from suite import image
from suite.cases import add, case
from suite.session import digest, wait_for


def simple(name, *options, cmd, **more):
    add(name, lambda stage: stage.run("--rm", *options, cmd=cmd, **more))


simple("stdout", cmd="echo hello")
simple("stderr", cmd="echo wrong >&2")
simple("both_streams", cmd="echo out; echo err >&2; exit 3")
simple("says_nothing", cmd="true")
simple("no_newline", cmd="printf 'no newline'")
simple("only_newlines", cmd="printf '\\n\\n\\n'")
simple("stdin_is_empty_without_i", cmd="cat; echo end")
simple("working_directory_user_and_environment", "-w", "/tmp", "-u", "1000", "-e", "A=b c",
       cmd="pwd; id -u; echo $A")
simple("init", "--init", cmd="echo hello; exit 4")
simple("not_found", cmd=["no-such-program"])
simple("not_executable", cmd=["/etc/not-executable"])
simple("a_directory", cmd=["/etc"])
simple("no_working_directory", "-w", "/etc/passwd/x", cmd="pwd")
simple("input", "-i", cmd="cat", input=b"one\ntwo\n")
simple("input_ends_at_once", "-i", cmd="cat; echo end", input=b"")
simple("input_nobody_reads", "-i", cmd="echo hello", input=b"x" * 100_000)
simple("attach_stdout_only", "-a", "stdout", cmd="echo out; echo err >&2")
simple("attach_stderr_only", "-a", "stderr", cmd="echo out; echo err >&2")
simple("hostname", "--hostname", "box", cmd="hostname")
simple("many_short_lines", cmd="seq 1 20000")
simple("all_bytes", cmd="awk 'BEGIN { for (i = 0; i < 256; i++) printf \"%c\", i }' | od -c")
simple("background_process_ends_with_it", cmd="(sleep 1000; echo late) & echo now")
simple("read_only", "--read-only", cmd="touch /x 2>&1; echo $?")


def checked(done):
    return [done[0], len(done[1]), digest(done[1]), done[2]]


@case
def binary_input(stage):
    data = bytes(range(256)) * 64
    done = stage.run("--rm", "-i", cmd="cat", input=data, binary=True)
    return {"status": done[0], "equal": done[1] == data, "stderr": done[2]}


@case
def big_input(stage):
    data = hashlib.sha256(b"seed").digest() * 131_072
    return checked(stage.run("--rm", "-i", cmd="cat", input=data, binary=True))


@case
def big_output(stage):
    return checked(stage.run("--rm", cmd="bytes 10", binary=True))


@case
def big_output_on_both(stage):
    done = stage.run("--rm", cmd="bytes 4 & bytes 3 >&2; wait", binary=True)
    return [done[0], *(digest(stream) for stream in done[1:])]


@case
def output_until_the_last_byte(stage):
    """What is written in the moment of the exit is there."""
    return [checked(stage.run("--rm", cmd=f"head -c {size} /dev/zero; exit 7", binary=True))
            for size in (1, 4095, 4096, 8192, 8193, 65536, 65537, 300_000)]


@case
def rm_leaves_nothing(stage):
    stage.run("--rm", "--name", "c", cmd="true")
    return stage.podman("ps", "-aq")


@case
def detached(stage):
    done = stage.run("-d", "--name", "c", cmd="echo hello; exit 6")
    return [done, stage.wait(), stage.logs(), stage.state()]


@case
def detached_with_rm(stage):
    done = stage.run("-d", "--rm", "--name", "c", cmd="echo hello")
    wait_for("the container is gone", lambda: stage.podman("container", "exists", "c")[0] == 1)
    return done


@case
def detached_ends_at_once(stage):
    """The monitor's end and podman's start of it meet."""
    return [[stage.run("-d", "--name", f"c{n}", cmd=f"exit {n}")[0], stage.wait(f"c{n}")[1]]
            for n in range(5)]


@case
def detached_with_input_open(stage):
    stage.run("-d", "-i", "--name", "c", cmd="cat; echo end")
    session = stage.session("attach", "c")
    session.send("line\n")
    session.expect("line\n")
    return [session.finish(), stage.wait(), stage.logs()]


@case
def input_as_it_comes(stage):
    session = stage.run_session("--rm", "-i", cmd="while read -r x; do echo got $x; done; echo end")
    for word in ("one", "two", "three"):
        session.send(f"{word}\n")
        session.expect(f"got {word}\n")
    return session.finish()


@case
def output_as_it_comes(stage):
    """Without a newline, too."""
    session = stage.run_session("--rm", "-i", cmd="printf prompt:; read -r x; echo $x")
    session.expect("prompt:")
    session.send("answer\n")
    return session.finish()


@case
def stdin_only(stage):
    return stage.run("--rm", "-i", "-a", "stdin", "-a", "stdout", cmd="cat", input=b"x\n")


@case
def name_twice(stage):
    stage.start(cmd="sleep 1000")
    done = stage.run("--name", "c", cmd="true")
    return done[0]


@case
def pid_files(stage):
    pidfile, conmon, cid = (str(stage.folder / "var" / name) for name in ("pid", "monitor", "cid"))
    stage.start("--pidfile", pidfile, "--conmon-pidfile", conmon, "--cidfile", cid, cmd="sleep 1000")
    seen = stage.inspect()
    state = seen["State"]
    texts = [pathlib.Path(name).read_text() for name in (pidfile, conmon, cid)]
    wanted = [str(state["Pid"]), str(state["ConmonPid"]), seen["Id"]]
    program = os.readlink(f"/proc/{state['ConmonPid']}/exe")
    return {"equal": texts == wanted, "is it": program == os.path.realpath(stage.monitor)
            or "python" in program or program.endswith("conmon")}


@case
def preserve_fds(stage):
    reader, writer = os.pipe()
    os.write(writer, b"from outside\n")
    os.close(writer)
    # What is preserved are the descriptors from 3 on.
    def as_three(number):
        return ["sh", "-c", f'exec 3<&{number} {number}<&-; exec "$@"', "sh"]
    done = stage.run("--rm", "--preserve-fds", "1", cmd="cat <&3", pass_fds=(reader,),
                     prefix=as_three(reader) if reader != 3 else ())
    os.close(reader)
    return done


@case
def preserve_several_fds(stage):
    files = [stage.folder / "var" / name for name in ("a", "b", "c")]
    for number, file in enumerate(files):
        file.write_text(f"file {number}\n")
    opened = " ".join(f"{number}<{file}" for number, file in enumerate(files, 3))
    return stage.run("--rm", "--preserve-fds", "3", cmd="cat <&3; cat <&4; cat <&5; ls /proc/self/fd | wc -l",
                     prefix=["sh", "-c", f'exec {opened}; exec "$@"', "sh"])


@case
def only_these_descriptors(stage):
    """Nothing of the monitor's is open in the container."""
    return [stage.run("--rm", *options, cmd=["ls", "/proc/self/fd"])
            for options in ((), ("-i",), ("-t",), ("-i", "-t"))]


@case
def signals_at_their_defaults(stage):
    """None of the monitor's are blocked or ignored in the container."""
    stage.start(cmd="sleep 1000")
    return [stage.run("--rm", cmd=["grep", "^Sig[BIC]", "/proc/self/status"]),
            stage.run("--rm", "-t", cmd=["grep", "^Sig[BIC]", "/proc/self/status"]),
            stage.podman("exec", "c", "grep", "^Sig[BIC]", "/proc/self/status")]


@case
def out_of_memory_score(stage):
    return [stage.run("--rm", cmd=["cat", "/proc/self/oom_score_adj"]),
            stage.run("--rm", "--oom-score-adj", "77", cmd=["cat", "/proc/self/oom_score_adj"])]


@case
def time_out(stage):
    done = stage.run("--name", "c", "--timeout", "1", cmd="echo begun; sleep 1000")
    return [done, stage.state(None, "Status", "ExitCode"), stage.logs()]


@case
def time_out_not_reached(stage):
    return stage.run("--rm", "--timeout", "100", cmd="echo done; exit 2")


@case
def signals_are_passed_on(stage):
    """Once podman is ready to do so, which no output tells: so it has the time of an exec for it."""
    session = stage.run_session("--name", "c", cmd="trap 'echo term; exit 9' TERM; echo ready; "
                                "while [ ! -e /tmp/go ]; do usleep 10000; done; echo go; "
                                "while true; do usleep 10000; done")
    session.expect("ready\n")
    stage.podman("exec", "c", "touch", "/tmp/go")
    session.expect("go\n")
    session.signal(15)
    return session.finish()


@case
def out_of_memory(stage):
    done = stage.run("--name", "c", "-m", "24m", cmd="tail /dev/zero; exit 5")
    return [done[0], stage.state()]


@case
def out_of_memory_of_the_first(stage):
    done = stage.run("--name", "c", "-m", "24m", cmd=["tail", "/dev/zero"])
    return [done[0], stage.state()]


@case
def descendant_keeps_the_output(stage):
    """Without a pid namespace, what the container has started outlives its first process."""
    done = stage.run("--name", "c", "--pid=host", cmd="(usleep 300000; echo late; sleep 3) & echo now")
    return [done, stage.logs()]


@case
def reopens_its_streams(stage):
    return stage.run("--rm", cmd="echo out >/dev/stdout; echo err >/dev/stderr; echo out2 >>/proc/self/fd/1")


@case
def closes_its_streams(stage):
    """Its end is its exit, not that of its output."""
    return stage.run("--name", "c", cmd="echo first; exec >&- 2>&-; usleep 300000; exit 8")


@case
def twice_in_turn(stage):
    """A container that has ended can start again."""
    first = stage.run("--name", "c", cmd="echo once more; exit 3")
    return [first, *(stage.podman("start", "-a", "c") for _ in range(2)), stage.logs()]


@case
def rootfs(stage):
    root = stage.folder / "var" / "rootfs"
    image.make_root(root)
    words = ["run", "--rm", "--network=none", "--ulimit", "nofile=1024:1024", "--ulimit",
             "nproc=1024:1024", "--rootfs", str(root), "echo", "no image"]
    return stage.podman(*words)


@case
def long_command_line(stage):
    return stage.run("--rm", cmd=["echo", "x" * 60_000, "", "-t", "--rm", "two words"])


@case
def restart_policy_on_failure(stage):
    stage.run("-d", "--name", "c", "--restart", "on-failure:2", cmd="echo try; exit 1")
    wait_for("the third try has ended", lambda: stage.logs()[1].count("try") == 3
             and stage.state(None, "Status")["Status"] == "exited")
    return [stage.logs(), stage.inspect()["RestartCount"], stage.state()]


@case
def restart_policy_always(stage):
    """The third try stays up: a stop in the middle of a restart would be a race of podman's own."""
    stage.run("-d", "--name", "c", "--restart", "always",
              cmd="echo >>/tmp/n; echo try; [ $(wc -l </tmp/n) -lt 3 ] || sleep 1000")
    stage.wait_logged("try", count=3)
    stage.wait_status("running")
    stopped = stage.podman("stop", "-t", "0", "c")
    return [stopped[0], stage.state(None, "Running", "ExitCode"), stage.logs()]
