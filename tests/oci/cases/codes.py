# SPDX-License-Identifier: Apache-2.0
"""Exit codes and signals, as podman run, wait, inspect and exec tell them."""
import concurrent.futures

from suite.cases import add, case

SIGNALS = ["HUP", "INT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
           "PIPE", "ALRM", "TERM", "XCPU", "SYS", "34", "64"]


def codes(name, numbers, **options):
    def play(stage):
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            return list(pool.map(
                lambda code: [code, stage.run("--rm", cmd=f"exit {code}")[0]], numbers))
    add(name, play, **options)


codes("some", [0, 1, 2, 3, 124, 125, 126, 127, 128, 129, 137, 143, 254, 255])
for first in range(0, 256, 32):
    codes(f"from_{first}", range(first, first + 32), slow=True, deadline=300)


@case
def waited_for(stage):
    for code in (0, 1, 42, 255):
        stage.run("-d", "--name", f"c{code}", cmd=f"exit {code}")
    return [[stage.wait(f"c{code}"), stage.state(f"c{code}", "ExitCode", "Status", "Error")]
            for code in (0, 1, 42, 255)]


@case
def wait_for_several(stage):
    for code in (5, 0, 7):
        stage.run("-d", "--name", f"c{code}", cmd=f"exit {code}")
    return stage.podman("wait", "c5", "c0", "c7")


@case
def dies_by_signal(stage):
    """Not as process 1 of a namespace, which its own signals do not end."""
    return [[name, stage.run("--rm", "--pid=host", cmd=f"kill -{name} $$; exit 99")[0]]
            for name in SIGNALS]


@case
def exec_codes(stage):
    stage.start(cmd="sleep 1000")
    return [stage.podman("exec", "c", "sh", "-c", f"exit {code}")
            for code in (0, 1, 2, 125, 126, 127, 128, 137, 255)]


@case
def exec_dies_by_signal(stage):
    stage.start(cmd="sleep 1000")
    return [[name, stage.podman("exec", "c", "sh", "-c", f"kill -{name} $$; exit 99")[0]]
            for name in SIGNALS]


@case
def killed(stage):
    results = []
    for name in ("KILL", "TERM", "USR1", "9"):
        stage.run("-d", "--name", f"c{name}",
                  cmd="trap 'exit 21' TERM; trap 'exit 22' USR1; echo ready; while true; do usleep 9000; done")
        stage.wait_logged("ready", f"c{name}")
        results.append([stage.podman("kill", "-s", name, f"c{name}"), stage.wait(f"c{name}"),
                        stage.state(f"c{name}")])
    return results


@case
def start_attach_gives_the_code(stage):
    stage.create("--name", "c", cmd="echo out; echo err >&2; exit 33")
    return stage.podman("start", "--attach", "c")


@case
def terminal_gives_the_code(stage):
    return [stage.run("--rm", "-t", cmd=f"exit {code}") for code in (0, 1, 77, 255)]
