# SPDX-License-Identifier: Apache-2.0
"""Healthchecks: an exec of podman's own. Without systemd they are run by hand."""
from suite.cases import add, case


def check(name, command, times=1, *options):
    def play(stage):
        stage.start("--health-cmd", command, "--health-interval", "disable", "--health-retries", "2",
                    *options, cmd="sleep 1000")
        done = [stage.podman("healthcheck", "run", "c") for _ in range(times)]
        health = stage.inspect()["State"]["Health"]
        told = [[entry["ExitCode"], entry["Output"]] for entry in health["Log"] or []]
        return [done, health["Status"], health["FailingStreak"], told]
    add(name, play)


check("good", "echo fine")
check("bad", "echo wrong; exit 1")
check("bad_too_often", "exit 1", 3)
check("another_code", "exit 7")
check("dies_by_signal", "kill -9 $$")
check("says_much", "seq 1 1000")
check("not_found", '["no-such-program"]')


@case
def of_a_stopped_container(stage):
    stage.run("--name", "c", "--health-cmd", "true", "--health-interval", "disable", cmd="true")
    return stage.podman("healthcheck", "run", "c")


@case
def none_defined(stage):
    stage.start(cmd="sleep 1000")
    return stage.podman("healthcheck", "run", "c")
