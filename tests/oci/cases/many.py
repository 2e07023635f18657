# SPDX-License-Identifier: Apache-2.0
"""Many at once, and pods."""
import concurrent.futures
import os

from suite import processes
from suite.cases import case
from suite.session import digest, wait_for


def each(count, work, threads=8):
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, range(count)))


@case(deadline=300)
def fifty_at_once(stage):
    each(50, lambda n: stage.run("-d", "-i", "--name", f"c{n}", cmd=f"seq 1 {n + 1}; read -r x; exit {n}"))
    running = stage.podman("ps", "-q")[1].split()
    monitors = sum(b"--exit-command" in processes.command_line(pid)
                   for pid in processes.naming(stage.folder))
    each(50, lambda n: stage.session("attach", f"c{n}").finish())
    ended = each(50, lambda n: [stage.wait(f"c{n}"), digest(stage.logs(f"c{n}")[1].encode())])
    return [len(running), monitors, ended]


@case(deadline=300)
def twenty_with_output(stage):
    each(20, lambda n: stage.run("-d", *(("-t",) if n % 2 else ()), "--name", f"c{n}", cmd="bytes 1"))
    return each(20, lambda n: [stage.wait(f"c{n}"), digest(stage.logs(f"c{n}", binary=True)[1])])


@case(deadline=300)
def fifty_in_turn(stage):
    return each(50, lambda n: stage.run("--rm", cmd=f"echo {n}; exit {n}"), threads=2)


@case
def no_descriptor_is_left(stage):
    """A monitor's own, after many clients."""
    stage.start("-i", cmd="sleep 1000")
    pid = stage.monitor_pid()

    def count():
        return len(os.listdir(f"/proc/{pid}/fd"))
    before = count()
    for _ in range(10):
        stage.podman("exec", "c", "true")
        session = stage.session("attach", "--no-stdin", "c")
        session.kill()
    wait_for("as many as before", lambda: count() <= before + 1)
    return "as many as before"


POD = ["--infra-image", "conq-play", "--infra-command", "sleep 1000", "--network", "none"]


def pod(stage, *options):
    return stage.podman("pod", "create", "--name", "p", *options)


@case
def pod_without_infra(stage):
    made = pod(stage, "--infra=false")
    stage.run("-d", "--pod", "p", "--name", "a", cmd="echo from a; exit 3")
    stage.run("-d", "--pod", "p", "--name", "b", cmd="sleep 1000")
    stage.wait("a")
    names = stage.podman("pod", "ps", "--format", "{{.Name}} {{.NumberOfContainers}}")
    stopped = stage.podman("pod", "stop", "-t", "0", "p")
    return [made[0], names, stage.logs("a"), stopped[0], stage.state("b"), stage.state("a"),
            stage.podman("pod", "rm", "p")[0]]


@case
def pod_with_infra(stage):
    made = pod(stage, *POD)
    ran = stage.podman("run", "-d", "--pod", "p", "--name", "a", "--ulimit", "nofile=1024:1024",
                       "--ulimit", "nproc=1024:1024", "conq-play", "sh", "-c", "echo from a; sleep 1000")
    state = stage.podman("pod", "ps", "--format", "{{.Name}} {{.Status}} {{.NumberOfContainers}}")
    killed = stage.podman("pod", "kill", "p")
    return [made[0], ran[0], ran[2], state, killed[0], stage.podman("pod", "rm", "-f", "p")[0],
            stage.podman("ps", "-aq")]


@case
def pod_logs_and_restart(stage):
    pod(stage, "--infra=false")
    for name in "ab":
        stage.run("-d", "--pod", "p", "--name", name, "--stop-timeout", "0", cmd=f"echo from {name}; sleep 1000")
        stage.wait_logged("from", name)
    logs = stage.podman("pod", "logs", "p")
    restarted = stage.podman("pod", "restart", "p", timeout=100)
    for name in "ab":
        stage.wait_logged("from", name, count=2)
    return [logs[0], sorted(line.split()[-1] for line in logs[1].splitlines()), restarted[0]]


@case
def pod_pause_and_top(stage):
    pod(stage, "--infra=false")
    stage.run("-d", "--pod", "p", "--name", "a", cmd=["sleep", "1000"])
    top = stage.podman("pod", "top", "p", "args")
    paused = stage.podman("pod", "pause", "p")
    return [top, paused[0], stage.state("a"), stage.podman("pod", "unpause", "p")[0], stage.state("a")]
