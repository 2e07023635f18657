# SPDX-License-Identifier: Apache-2.0
"""The cases: functions that do something on a stage and return what came of it."""
import dataclasses
import importlib.util
import pathlib
from typing import Callable

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "cases"


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    play: Callable
    slow: bool   # not in --quick
    large: bool  # only in --large
    deadline: int


ALL: dict[str, Case] = {}
_file = ""


def add(name, play, slow=False, large=False, deadline=120):
    whole = f"{_file}.{name}"
    if whole in ALL:
        raise ValueError(f"two cases are named {whole}")
    ALL[whole] = Case(whole, play, slow, large, deadline)


def case(function=None, **options):
    """Makes a function a case, named FILE.FUNCTION."""
    def register(play):
        add(play.__name__, play, **options)
        return play
    return register(function) if function else register


def load():
    global _file
    for path in sorted(FOLDER.glob("*.py")):
        _file = path.stem
        spec = importlib.util.spec_from_file_location(f"cases_{_file}", path)
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    return ALL
