# SPDX-License-Identifier: Apache-2.0
"""Plays one case on one stage, in a process of its own that may be killed: see run_case()."""
import json
import pathlib
import subprocess
import sys

from . import cases, processes
from .session import Late
from .stage import Skip, Stage


def run_case(stage, case):
    """What came of a case, as a dictionary; `hung`, `failed` or `skipped` where it has no result."""
    entry = pathlib.Path(__file__).resolve().parent.parent / "run"
    command = [sys.executable, str(entry), "--play", case.name, json.dumps(
        {"folder": str(stage.folder), "monitor": stage.monitor, "driver": stage.driver})]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
                          start_new_session=True) as player:
        try:
            text, _ = player.communicate(timeout=case.deadline)
        except subprocess.TimeoutExpired:
            # Its podmans name the stage's folder; the player itself does, too.
            processes.end_all(stage.folder)
            player.kill()
            return {"hung": f"not ended after {case.deadline} s"}
    try:
        return json.loads(text)
    except ValueError:
        return {"failed": f"the player ended with {player.returncode}"}


def plain(value):
    """Something JSON can hold."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, bytes):
        return value.decode(errors="backslashreplace")
    return value


def player(name, setting):
    stage = Stage(**json.loads(setting))
    try:
        value = cases.ALL[name].play(stage)
        result = value if isinstance(value, dict) else {"result": value}
    except Skip as reason:
        result = {"skipped": str(reason)}
    except Late as late:
        result = {"late": str(late)}
    except Exception as error:  # what a case stumbles over is its result
        where = error.__traceback__
        while where.tb_next and "/cases/" not in where.tb_frame.f_code.co_filename:
            where = where.tb_next
        result = {"failed": f"{type(error).__name__}: {error} (line {where.tb_lineno})"}
    json.dump(plain(result), sys.stdout)
