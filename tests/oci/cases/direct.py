# SPDX-License-Identifier: Apache-2.0
"""The monitor without podman: flags that podman does not pass, its pipes, fifos and files."""
import fcntl
import os
import re
import signal
import struct
import subprocess
import termios

from suite import processes
from suite.cases import add, case
from suite.direct import Direct
from suite.session import digest, wait_for


def container(stage, cmd, name="c", **more):
    return Direct(stage.folder / "var" / name, stage.monitor, cmd, **more)


def finished(one, *more):
    """What its exit file says, and what else was seen; a function is asked once all has ended."""
    text = one.exit_text()
    one.monitor_ends()
    result = [text, *(seen() if callable(seen) else seen for seen in more)]
    one.remove()
    return result


def says(stage, words, env=None):
    """Status, and whether there is a message: its words may be better ones."""
    done = subprocess.run([stage.monitor, *words], capture_output=True, text=True, timeout=30,
                          stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})}, check=False,
                          cwd=stage.folder / "var")
    return [done.returncode, bool((done.stderr + done.stdout).strip())]


@case
def version(stage):
    done = subprocess.run([stage.monitor, "--version"], capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    return [done.returncode, bool(re.match(r"conmon version 2\.\d+\.\d+", lines[0])),
            lines[1].startswith("commit: "), done.stderr]


WRONG = {
    "nothing": [],
    "unknown": ["--no-such-flag"],
    "value_is_missing": ["-c"],
    "no_cid": ["-u", "x", "-r", "/bin/true", "-l", "none"],
    "no_cuuid": ["-c", "x", "-r", "/bin/true", "-l", "none"],
    "no_runtime": ["-c", "x", "-u", "x", "-l", "none"],
    "runtime_that_is_not_there": ["-c", "x", "-u", "x", "-r", "/no/such", "-l", "none"],
    "runtime_that_does_not_run": ["-c", "x", "-u", "x", "-r", "/etc/passwd", "-l", "none"],
    "no_log_path": ["-c", "x", "-u", "x", "-r", "/bin/true"],
    "log_driver": ["-c", "x", "-u", "x", "-r", "/bin/true", "-l", "no-such-driver:x"],
    "log_without_a_path": ["-c", "x", "-u", "x", "-r", "/bin/true", "-l", "k8s-file:"],
    "log_in_no_folder": ["-c", "x", "-u", "x", "-r", "/bin/true", "-l", "k8s-file:/no/such/folder/log"],
    "log_level": ["-c", "x", "-u", "x", "-r", "/bin/true", "-l", "none", "--log-level", "loud"],
    "number": ["-c", "x", "-u", "x", "-r", "/bin/true", "-l", "none", "--timeout", "soon"],
    "log_size": ["-c", "x", "-u", "x", "-r", "/bin/true", "-l", "none", "--log-size-max", "big"],
    "exec_without_a_spec": ["-c", "x", "-u", "x", "-r", "/bin/true", "-l", "none", "-e"],
    "exec_and_restore": ["-c", "x", "-u", "x", "-r", "/bin/true", "-l", "none", "-e", "--restore", "/x"],
    "exec_attach_without_exec": ["-c", "x", "-u", "x", "-r", "/bin/true", "-l", "none", "--exec-attach"],
    "tag_with_k8s_file": ["-c", "x", "-u", "x", "-r", "/bin/true", "-l", "k8s-file:log", "--log-tag", "t"],
    "passthrough_and_terminal": ["-c", "x", "-u", "x", "-r", "/bin/true", "-l", "passthrough", "-t"],
    "empty_cid": ["-c", "", "-u", "x", "-r", "/bin/true", "-l", "none"],
    "no_bundle": ["-c", "x", "-u", "x", "-r", "/bin/true", "-l", "none", "-b", "/no/such"],
}
for _name, _words in WRONG.items():
    add(f"wrong_{_name}", lambda stage, words=_words: says(stage, words))


@case
def pipes_that_are_no_numbers(stage):
    words = ["-c", "x", "-u", "x", "-r", "/bin/true", "-l", "none"]
    return [says(stage, words, {"_OCI_SYNCPIPE": "x"}), says(stage, words, {"_OCI_STARTPIPE": "x"})]


@case
def hello(stage):
    one = container(stage, "echo out; echo err >&2; exit 5")
    message = one.create()
    started = one.start()
    pid = int((one.folder / "pidfile").read_text())
    return finished(one, message == {"data": pid}, started, one.status, one.said) + sorted(one.lines())


@case
def hello_on_a_terminal(stage):
    one = container(stage, "echo out; echo err >&2; exit 6", terminal=True)
    message = one.create()
    one.start()
    return finished(one, list(message), one.status, one.said) + one.lines()


@case
def api_version_0(stage):
    """Another key on the sync pipe."""
    one = container(stage, "exit 1")
    words = [word for word in one.words() if word not in ("--api-version", "1")]
    message = one.create(words=words)
    one.start()
    return finished(one, list(message))


@case
def stays_with_sync(stage):
    one = container(stage, "exit 3")
    one.create("--sync")
    running = one.process.poll() is None
    one.start()
    text = one.exit_text()
    status = one.process.wait(30)
    one.remove()
    return [running, text, status]


@case
def runtime_that_fails(stage):
    one = container(stage, ["/no/such/program"])
    message = one.create()
    result = [message["data"], "no such file" in message["message"], one.status]
    one.remove()
    return result


@case
def runtime_that_says_much(stage):
    """Quotes, newlines and more than a message holds."""
    script = stage.folder / "var" / "runtime"
    script.write_text("#!/bin/sh\nprintf 'a \"quote\", a \\\\\\\\, a\\ttab\\n' >&2\n"
                      "head -c 20000 /dev/zero | tr '\\0' x >&2\nexit 4\n")
    script.chmod(0o755)
    one = container(stage, "true")
    words = one.words()
    words[words.index("-r") + 1] = str(script)
    message = one.create(words=words)
    return [message["data"], message["message"][:60], len(message["message"]) <= 8191]


def left(name, runtime):
    """Whether a runtime that succeeded or failed in some way leaves a socket behind."""
    def play(stage):
        folder, script = (stage.folder / "var" / part for part in ("temporary", "runtime"))
        folder.mkdir()
        script.write_text(f"#!/bin/sh\n{runtime}\n")
        script.chmod(0o755)
        one = container(stage, "true", terminal=True)
        words = one.words()
        words[words.index("-r") + 1] = str(script)
        message = one.create(words=words, env={"TMPDIR": str(folder)})
        wait_for("the monitor's end", lambda: not [
            pid for pid in processes.naming(one.folder) if not processes.ended(pid)])
        return [message is None or message["data"] <= 0, len(os.listdir(folder))]
    add(name, play)


left("runtime_without_a_console", "exit 0")
left("runtime_that_fails_with_a_terminal", "echo wrong >&2; exit 3")
left("runtime_that_is_killed", "kill -9 $$")


@case
def leaves_no_temporary_files(stage):
    folder = stage.folder / "var" / "temporary"
    folder.mkdir()
    one = container(stage, "exit 4", terminal=True)
    one.create(env={"TMPDIR": str(folder)})
    while_it_runs = os.listdir(folder)
    one.start()
    return finished(one, while_it_runs, lambda: os.listdir(folder))


@case
def exit_command(stage):
    """After the exit file, with its words as they are."""
    one = container(stage, "exit 7")
    marker = one.folder / "marker"
    one.create("--exit-command", "/bin/sh", "--exit-command-arg", "-c", "--exit-command-arg",
               'cat "$1" >"$2.new"; echo " $3" >>"$2.new"; mv "$2.new" "$2"', "--exit-command-arg",
               "sh", "--exit-command-arg", str(one.exits / one.id), "--exit-command-arg", str(marker),
               "--exit-command-arg", "--two words")
    one.start()
    wait_for("the exit command", marker.exists)
    return finished(one, marker.read_text())


@case
def exit_command_of_a_failure(stage):
    one = container(stage, ["/no/such/program"])
    marker = one.folder / "marker"
    one.create("--exit-command", "/bin/touch", "--exit-command-arg", str(marker))
    wait_for("the exit command", marker.exists)
    return "called"


@case
def exit_delay(stage):
    one = container(stage, "exit 1")
    marker = one.folder / "marker"
    one.create("--exit-delay", "1", "--exit-command", "/bin/touch", "--exit-command-arg", str(marker))
    one.start()
    one.exit_text()
    at_once = marker.exists()
    wait_for("the exit command", marker.exists)
    delay = marker.stat().st_mtime - (one.exits / one.id).stat().st_mtime
    return finished(one, at_once, 0.9 < delay < 10)


@case
def persist_dir(stage):
    one = container(stage, "exit 9")
    folder = one.folder / "persist"
    folder.mkdir()
    one.create("-0", str(folder))
    one.start()
    one.exit_text()
    one.monitor_ends()
    return finished(one, sorted(os.listdir(folder)),
                    {name: (folder / name).read_text() for name in os.listdir(folder)})


@case
def two_logs(stage):
    one = container(stage, "echo out; exit 1")
    other = one.folder / "other"
    one.create(logs=[f"k8s-file:{one.log}", f"k8s-file:{other}"])
    one.start()
    return finished(one, lambda: one.lines() if one.log.exists() else None,
                    lambda: one.lines(other) if other.exists() else None)


@case
def log_and_none(stage):
    one = container(stage, "echo out; exit 1")
    one.create(logs=[f"k8s-file:{one.log}", "none"])
    one.start()
    return finished(one, lambda: one.log.exists() and one.lines())


@case
def kinds_of_log_path(stage):
    results = []
    for number, prefix in enumerate(("", ":", "k8s-file:", "json-file:")):
        one = container(stage, "echo out; exit 1", name=f"c{number}")
        one.create(logs=[f"{prefix}{one.log}"])
        results.append([prefix, one.status])
        if one.status == 0:
            one.start()
            results.append(finished(one, lambda: one.log.exists() and one.lines()))
    return results


@case
def no_log(stage):
    results = []
    for name in ("none", "off", "null"):
        one = container(stage, "echo out; exit 1", name=name)
        one.create(logs=[name])
        if one.status == 0:
            one.start()
            results.append(finished(one, one.log.exists))
        else:
            results.append(one.status)
    return results


@case
def times_of_a_zone(stage):
    results = []
    for number, zone in enumerate(("UTC", "Asia/Kolkata", "America/St_Johns", "XXX-5:45")):
        one = container(stage, "echo x", name=f"c{number}")
        one.create(env={"TZ": zone})
        one.start()
        finished(one)
        stamp = one.log.read_bytes().split(b" ")[0]
        results.append([stamp[-6:], len(stamp)])
    return results


def size_limited(name, *flags, cmd="i=0; while [ $i -lt 3000 ]; do i=$((i + 1)); printf '%063d\\n' $i; done"):
    def play(stage):
        one = container(stage, cmd)
        one.create(*flags)
        one.start()
        result = finished(one)
        return [result, one.log.stat().st_size, digest(b"\n".join(one.lines())), sorted(os.listdir(one.folder))]
    add(name, play)


size_limited("log_size_max", "--log-size-max", "20000")
size_limited("log_size_max_tiny", "--log-size-max", "100", cmd="seq 1 50")
size_limited("log_size_max_off", "--log-size-max", "-1")
size_limited("log_global_size_max", "--log-global-size-max", "20000")
size_limited("log_global_and_size_max", "--log-global-size-max", "50000", "--log-size-max", "20000")


@case
def log_reopened(stage):
    """Moved away by a rotation of somebody else's."""
    one = container(stage, "echo one; read -r x; echo two; read -r x; exit 1", stdin=True)
    one.create()
    one.start()
    one.wait_lines(b"one")
    old = one.folder / "old"
    one.log.rename(old)
    one.write_fifo("ctl", b"2 0 0\n")
    wait_for("a new file", one.log.exists)
    end = one.attach()
    end.send(b"x\n")
    one.wait_lines(b"two")
    end.send(b"x\n")
    return finished(one, lambda: one.lines(old), one.lines)


def sized(name, fifo, *writes):
    """What size the terminal has after these, each read by itself."""
    def play(stage):
        one = container(stage, "stty -echo; echo ready; read -r x; stty size; exit 2", terminal=True, stdin=True)
        one.create()
        one.start()
        one.wait_lines(b"ready")
        for data in writes:
            one.write_fifo(fifo, data)
            wait_for("it is read", lambda: not unread(one.bundle / fifo))
        # What it has read it deals with before it looks at anything else.
        one.attach().send(b"x\n")
        return finished(one, lambda: one.lines()[-1])
    add(name, play)


sized("control_line", "ctl", b"1 40 90\n")
sized("several_control_lines_at_once", "ctl", b"1 10 20\n1 30 40\n1 41 91\n")
sized("control_line_in_halves", "ctl", b"1 40", b" 90\n")
sized("control_line_of_an_unknown_type", "ctl", b"9 1 1\n", b"1 40 90\n")
sized("control_line_without_words", "ctl", b"\n", b"1 40 90\n")
sized("control_line_with_too_few_words", "ctl", b"1\n", b"1 40 90\n")
sized("control_line_without_numbers", "ctl", b"1 a b\n", b"1 40 90\n")
sized("control_line_of_bytes", "ctl", bytes(range(1, 10)) * 10 + b"\n", b"1 40 90\n")
sized("control_line_that_is_huge", "ctl", b"1 " + b"9" * 3000 + b" 5\n", b"1 40 90\n")
sized("window_line", "winsz", b"42 92\n")
sized("window_line_in_halves", "winsz", b"42", b" 92\n")
sized("several_window_lines_at_once", "winsz", b"10 20\n30 40\n42 92\n")


@case
def window_fifo(stage):
    """Lines without a type; one before the start counts."""
    one = container(stage, "stty size; shows_size 42 92; read -r x; exit 2", terminal=True, stdin=True)
    one.create()
    one.write_fifo("winsz", b"17 71\n")
    wait_for("it is read", lambda: not unread(one.bundle / "winsz"))
    one.start()
    one.wait_lines(b"17 71")
    one.write_fifo("winsz", b"42 92\n")
    one.wait_lines(b"size 42 92")
    one.attach().send(b"x\n")
    return finished(one, lambda: one.lines()[:2])


def unread(fifo):
    end = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
    try:
        return struct.unpack("i", fcntl.ioctl(end, termios.FIONREAD, b"\0" * 4))[0]
    finally:
        os.close(end)


@case
def input_ends_with_a_client(stage):
    one = container(stage, "cat; echo end; exit 1", stdin=True)
    one.create()
    one.start()
    one.attach().close()
    return finished(one) + one.lines()


@case
def leave_stdin_open(stage):
    one = container(stage, "read -r x; echo got $x; read -r x; echo got $x; exit 1", stdin=True)
    one.create("--leave-stdin-open")
    one.start()
    for word in (b"one", b"two"):
        end = one.attach()
        end.send(word + b"\n")
        one.wait_lines(b"got " + word)
        end.close()
    return finished(one) + one.lines()


@case
def time_out(stage):
    one = container(stage, "echo ready; sleep 1000")
    one.create("-T", "1")
    one.start()
    text = one.exit_text()
    one.remove()
    return [text, one.lines()]


@case
def signals_are_passed_on(stage):
    results = []
    for name in ("TERM", "INT", "QUIT"):
        one = container(stage, f"trap 'exit 12' {name}; echo ready; while true; do usleep 9000; done", name=name)
        one.create()
        one.start()
        one.wait_lines(b"ready")
        os.kill(one.monitor_pid(), getattr(signal, f"SIG{name}"))
        results.append(finished(one))
    return results


@case
def killed_container(stage):
    one = container(stage, "echo ready; sleep 1000")
    one.create()
    one.start()
    one.wait_lines(b"ready")
    one.runc("kill", one.id, "KILL")
    return finished(one)


@case
def files_and_their_modes(stage):
    one = container(stage, "echo ready; sleep 1000")
    one.create()
    one.start()
    one.wait_lines(b"ready")
    modes = {name: oct((one.bundle / name).stat().st_mode) for name in sorted(os.listdir(one.bundle))
             if name != "config.json"}
    modes["log"] = oct(one.log.stat().st_mode)
    pid = (one.folder / "monitor.pid").read_text()
    one.runc("kill", one.id, "KILL")
    return finished(one, modes, pid.isdigit())


@case
def socket_dir_path(stage):
    """Without --full-attach: a link to the bundle, and the socket under it."""
    one = container(stage, "echo ready; sleep 1000")
    folder = one.folder / "s"
    folder.mkdir()
    words = [word for word in one.words() if word != "--full-attach"]
    one.create(words=[*words, "--socket-dir-path", str(folder)])
    one.start()
    one.wait_lines(b"ready")
    names = sorted(os.listdir(folder))
    seen = [(folder / name / "attach").exists() for name in names]
    one.runc("kill", one.id, "KILL")
    return finished(one, names, seen)


@case
def own_out_of_memory_score(stage):
    one = container(stage, "sleep 1000")
    one.create()
    one.start()
    score = open(f"/proc/{one.monitor_pid()}/oom_score_adj", encoding="ascii").read()
    one.runc("kill", one.id, "KILL")
    return finished(one, score)


@case
def a_bundle_with_a_long_path(stage):
    """Longer than a socket's name may be."""
    one = Direct(stage.folder / "var" / ("d" * 100) / ("e" * 60), stage.monitor,
                 "read -r x; echo got $x; exit 3", stdin=True)
    one.create()
    one.start()
    one.attach().send(b"x\n")
    return finished(one) + one.lines()


@case
def restore_is_refused_or_fails(stage):
    one = container(stage, "true")
    message = one.create("--restore", str(one.folder / "nothing"))
    return [message is None or message["data"] <= 0]


@case
def idle_costs_nothing(stage):
    """No CPU time while nothing happens."""
    one = container(stage, "echo ready; sleep 1000")
    one.create()
    one.start()
    one.wait_lines(b"ready")

    def ticks():
        with open(f"/proc/{one.monitor_pid()}/stat", encoding="ascii", errors="replace") as file:
            return sum(int(word) for word in file.read().rpartition(")")[2].split()[11:13])
    before = ticks()
    subprocess.run(["sleep", "2"], check=True)
    idle = ticks() - before <= 1
    one.runc("kill", one.id, "KILL")
    return finished(one, idle)


@case
def starts_beside_dead_files(stage):
    """What an earlier monitor has left: socket and fifos."""
    one = container(stage, "exit 3")
    for name in ("attach", "ctl", "winsz"):
        (one.bundle / name).write_text("left\n")
    message = one.create()
    if not message or message["data"] <= 0:
        return "refused"
    one.start()
    return finished(one)


@case
def parent_of_the_monitor(stage):
    """It leads a session of its own, without a terminal and with /dev/null as its streams."""
    one = container(stage, "sleep 1000")
    one.create()
    one.start()
    pid = one.monitor_pid()
    streams = [os.readlink(f"/proc/{pid}/fd/{number}") for number in range(3)]
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        words = file.read().rpartition(")")[2].split()
    leads = int(words[3]) == pid
    one.runc("kill", one.id, "KILL")
    return finished(one, streams, leads, words[4])
