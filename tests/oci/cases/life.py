# SPDX-License-Identifier: Apache-2.0
"""A container from its creation to its removal, and what podman tells of it."""
import json
import os
import signal

from suite import processes
from suite.cases import add, case
from suite.session import wait_for
from suite.stage import Skip

TRAP = "trap 'echo term; exit 9' TERM; echo ready; while true; do usleep 10000; done"


@case
def create_then_start(stage):
    created = stage.create("--name", "c", cmd="echo hello; exit 4")
    before = stage.state()
    started = stage.podman("start", "c")
    return [created, before, started, stage.wait(), stage.logs(), stage.state()]


@case
def start_twice(stage):
    stage.start(cmd="sleep 1000")
    return [stage.podman("start", "c"), stage.state()]


@case
def start_one_that_fails(stage):
    stage.create("--name", "c", cmd=["no-such-program"])
    return [stage.podman("start", "c"), stage.state(None, "Status", "ExitCode")]


@case
def start_attached_one_that_fails(stage):
    stage.create("--name", "c", cmd=["no-such-program"])
    return [stage.podman("start", "-a", "c"), stage.state(None, "Status", "ExitCode")]


@case
def init_then_start(stage):
    stage.create("--name", "c", cmd="echo hello; exit 1")
    done = stage.podman("init", "c")
    return [done, stage.state(), stage.podman("start", "-a", "c"), stage.state()]


@case
def stop(stage):
    stage.start(cmd=TRAP)
    stage.wait_logged("ready")
    return [stage.podman("stop", "c"), stage.state(), stage.logs()]


@case
def stop_one_that_ignores_it(stage):
    stage.start(cmd="sleep 1000")
    return [stage.podman("stop", "-t", "1", "c")[:2], stage.state()]


@case
def stop_signal(stage):
    stage.start("--stop-signal", "USR1",
                cmd="trap 'exit 11' USR1; echo ready; while true; do usleep 10000; done")
    stage.wait_logged("ready")
    return [stage.podman("stop", "c"), stage.state()]


@case
def stop_one_that_has_ended(stage):
    stage.run("--name", "c", cmd="exit 3")
    return [stage.podman("stop", "c"), stage.state()]


@case
def stop_a_terminal(stage):
    stage.start("-t", cmd=TRAP)
    stage.wait_logged("ready")
    return [stage.podman("stop", "c"), stage.state(), stage.logs()]


@case
def kill(stage):
    stage.start(cmd="sleep 1000")
    return [stage.podman("kill", "c"), stage.wait(), stage.state()]


@case
def kill_an_unknown_signal(stage):
    stage.start(cmd="sleep 1000")
    return [stage.podman("kill", "-s", "NOSUCH", "c"), stage.state()]


@case
def kill_from_outside(stage):
    """The process itself, behind everybody's back."""
    stage.start(cmd="sleep 1000")
    os.kill(stage.inspect()["State"]["Pid"], signal.SIGKILL)
    return [stage.wait(), stage.state()]


@case
def restart(stage):
    stage.start(cmd=TRAP)
    stage.wait_logged("ready")
    first = stage.inspect()["State"]["Pid"]
    done = stage.podman("restart", "c")
    stage.wait_logged("ready", count=2)
    second = stage.inspect()["State"]["Pid"]
    return [done, first != second, stage.state(), stage.logs()]


@case
def restart_one_that_has_ended(stage):
    stage.run("--name", "c", cmd="echo x; exit 5")
    return [stage.podman("restart", "c"), stage.wait(), stage.logs()]


@case
def restart_several_times(stage):
    stage.start(cmd="echo up; sleep 1000")
    for number in range(2, 5):
        stage.podman("restart", "-t", "0", "c")
        stage.wait_logged("up", count=number)
    return [stage.state(), stage.logs()]


@case
def pause(stage):
    stage.start(cmd=TRAP)
    stage.wait_logged("ready")
    done = stage.podman("pause", "c")
    if "cgroup" in done[2] or "freez" in done[2]:
        raise Skip(done[2].strip())
    paused = stage.state()
    return [done, paused, stage.podman("unpause", "c"), stage.state(), stage.podman("stop", "c")[0]]


@case
def pause_refuses_exec(stage):
    stage.start(cmd="sleep 1000")
    done = stage.podman("pause", "c")
    if "cgroup" in done[2] or "freez" in done[2]:
        raise Skip(done[2].strip())
    refused = stage.podman("exec", "c", "true")
    stage.podman("unpause", "c")
    return [refused, stage.podman("exec", "c", "echo", "again")]


@case
def kill_a_paused_one(stage):
    stage.start(cmd="sleep 1000")
    if stage.podman("pause", "c")[0] != 0:
        raise Skip("no pause here")
    return [stage.podman("rm", "-f", "-t", "0", "c")[0], stage.podman("ps", "-aq")]


@case
def wait_for_a_condition(stage):
    stage.start(cmd="sleep 1000")
    running = stage.podman("wait", "--condition", "running", "c")
    waiter = stage.session("wait", "c")
    stage.podman("kill", "c")
    return [running[0], waiter.finish()]


@case
def wait_for_a_removed_one(stage):
    return stage.podman("wait", "nobody")


@case
def remove_running(stage):
    stage.start(cmd="sleep 1000")
    return [stage.podman("rm", "c")[0], stage.podman("rm", "-f", "-t", "0", "c"),
            stage.podman("ps", "-aq")]


@case
def monitor_ends_with_the_container(stage):
    stage.start(cmd=TRAP)
    stage.wait_logged("ready")
    pid = stage.monitor_pid()
    stage.podman("stop", "c")
    wait_for("its end", lambda: processes.ended(pid))
    return sorted(name for name in os.listdir(stage.bundle()) if name not in ("shm", "artifacts"))


@case
def folder_while_it_runs(stage):
    stage.start(cmd="sleep 1000")
    names = sorted(name for name in os.listdir(stage.bundle()))
    return [names, sorted(os.listdir(stage.folder / "tmp" / "exits"))]


@case
def monitor_is_killed(stage):
    """In the middle: podman sees that the container has no monitor any more."""
    stage.start(cmd="echo ready; sleep 1000")
    stage.wait_logged("ready")
    pid = stage.monitor_pid()
    os.kill(pid, signal.SIGKILL)
    wait_for("its end", lambda: processes.ended(pid))
    seen = stage.podman("ps", "-a", "--format", "{{.Names}} {{.State}}")
    inside = stage.podman("exec", "c", "echo", "still there")
    done = stage.podman("stop", "-t", "1", "c")
    return [seen, inside, done[0], stage.state(None, "Running"),
            stage.podman("rm", "-f", "-t", "0", "c")[0], stage.podman("ps", "-aq")]


@case(slow=True)
def monitor_is_killed_while_attached(stage):
    session = stage.run_session("-i", "--name", "c", cmd="echo ready; cat")
    session.expect("ready\n")
    pid = stage.monitor_pid()
    os.kill(pid, signal.SIGKILL)
    # What podman says and when is its own business; that it ends is not.
    session.finish()
    wait_for("the container's end", lambda: not stage.state(None, "Running")["Running"]
             or stage.podman("kill", "c")[0] >= 0)
    return stage.podman("rm", "-f", "-t", "0", "c")[0]


@case
def signals_to_the_monitor(stage):
    """TERM, INT and QUIT are the container's."""
    results = []
    for name in ("TERM", "INT", "QUIT"):
        stage.start(cmd=f"trap 'echo {name}; exit 9' {name}; echo ready; while true; do usleep 9000; done",
                    name=f"c{name}")
        stage.wait_logged("ready", f"c{name}")
        os.kill(stage.monitor_pid(f"c{name}"), getattr(signal, f"SIG{name}"))
        results.append([name, stage.wait(f"c{name}"), stage.logs(f"c{name}")])
    return results


@case
def other_signals_to_the_monitor(stage):
    """A container outlives them, or ends as with conmon."""
    results = []
    for name in ("HUP", "USR1", "PIPE", "CHLD"):
        stage.start(cmd="echo ready; sleep 1000", name=f"c{name}")
        stage.wait_logged("ready", f"c{name}")
        pid = stage.monitor_pid(f"c{name}")
        os.kill(pid, getattr(signal, f"SIG{name}"))
        inside = stage.podman("exec", f"c{name}", "echo", "alive")
        results.append([name, inside, processes.ended(pid)])
    return results


@case
def top(stage):
    stage.start(cmd="sleep 1000 & sleep 1001")
    wait_for("both sleep", lambda: stage.podman("top", "c", "args")[1].count("sleep 100") >= 2)
    done = stage.podman("top", "c", "user", "ppid", "args")
    return [done[0], sorted(" ".join(line.split()) for line in done[1].splitlines()), done[2]]


@case
def ps(stage):
    stage.start(cmd="sleep 1000", name="up")
    stage.run("--name", "down", cmd="exit 3")
    stage.create("--name", "made", cmd="true")
    wanted = "{{.Names}}|{{.State}}|{{.ExitCode}}|{{.Command}}|{{.Image}}|{{.Exited}}"
    return sorted(stage.podman("ps", "-a", "--format", wanted)[1].splitlines())


# What is another value at each run; ids, times and paths are dealt with in suite/compare.py.
CHANGING = {"Pid", "ConmonPid", "Created", "StartedAt", "FinishedAt", "CreatedAt", "CgroupPath",
            "LockNumber"}


def steady(value):
    if isinstance(value, dict):
        return {key: "<any>" if key in CHANGING else sorted(one) if key == "Env" else steady(one)
                for key, one in value.items()}
    return [steady(one) for one in value] if isinstance(value, list) else value


def inspected(name, *options, cmd, running):
    def play(stage):
        if running:
            stage.start("--hostname", "box", *options, cmd=cmd)
        else:
            stage.run("--name", "c", "--hostname", "box", *options, cmd=cmd)
        return steady(stage.inspect())
    add(name, play)


inspected("inspect_running", cmd="sleep 1000", running=True)
inspected("inspect_running_terminal", "-it", cmd="sleep 1000", running=True)
inspected("inspect_ended", cmd="exit 3", running=False)
inspected("inspect_ended_by_time_out", "--timeout", "1", cmd="sleep 1000", running=False)


@case
def inspect_times(stage):
    """Started before it finished, and not long ago."""
    stage.run("--name", "c", cmd="sleep 1")
    state = stage.inspect()["State"]
    return [state["StartedAt"] < state["FinishedAt"], state["StartedAt"][:2] == "20",
            state["Pid"], state.get("ConmonPid", 0)]


@case
def events(stage):
    # The stage's list has those of other cases, too.
    name = "told"
    stage.create("--name", name, cmd="sleep 1000")
    stage.podman("start", name)
    stage.podman("exec", name, "true")
    stage.podman("kill", name)
    stage.wait(name)
    stage.podman("rm", name)
    container = ("--filter", f"container={name}")

    def told():
        done = stage.podman("events", "--stream=false", *container, "--format", "{{json .}}")
        return [json.loads(line) for line in done[1].splitlines()]
    wait_for("the last event", lambda: any(event["Status"] == "remove" for event in told()))
    # podman tells some twice, now and then.
    return sorted({f"{event['Type']} {event['Status']} {event.get('ContainerExitCode')}" for event in told()})


@case
def events_of_a_failure(stage):
    stage.run("--name", "fails", cmd="exit 7")

    def told():
        done = stage.podman("events", "--stream=false", "--filter", "container=fails",
                            "--format", "{{.Status}} {{.ContainerExitCode}}")
        return done[1].splitlines()
    wait_for("it died", lambda: any(line.startswith("died") for line in told()))
    return sorted(told())


@case
def stats(stage):
    stage.start(cmd="sleep 1000")
    done = stage.podman("stats", "--no-stream", "--format", "{{.Name}} {{.PIDs}}", "c")
    return done[:2]


@case
def commit_export_copy(stage):
    stage.start(cmd="echo kept >/tmp/x; sleep 1000")
    wait_for("the file", lambda: stage.podman("exec", "c", "test", "-s", "/tmp/x")[0] == 0)
    copied = stage.folder / "var" / "x"
    done = stage.podman("cp", "c:/tmp/x", str(copied))
    return [done, copied.read_text(), stage.podman("diff", "c")[0]]


@case
def rename_while_it_runs(stage):
    stage.start(cmd=TRAP)
    stage.wait_logged("ready")
    done = stage.podman("rename", "c", "d")
    return [done[0], stage.podman("stop", "d"), stage.state("d")]


@case
def cleanup(stage):
    stage.run("--name", "c", cmd="exit 1")
    return [stage.podman("container", "cleanup", "c"), stage.state()]


@case
def checkpoint_is_not_there(stage):
    stage.start(cmd="sleep 1000")
    done = stage.podman("container", "checkpoint", "c")
    return [done[0] != 0, stage.state()]
