# SPDX-License-Identifier: Apache-2.0
"""Results without what differs from run to run, and what is left of a difference."""
import json
import re

RULES = [
    (re.compile(r"\b[0-9a-f]{64}\b"), "<id>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?(Z|[+-]\d\d:?\d\d))?( UTC)?"), "<time>"),
    # The first 12 digits of an id.
    (re.compile(r"(?<![0-9a-zA-Z])(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{12}(?![0-9a-zA-Z])"), "<id>"),
    (re.compile(r"\b(Up|Exited \(\d+\)) [A-Za-z0-9 ]+ ago"), r"\1 <time> ago"),
    (re.compile(r'time="[^"]*"'), 'time="<time>"'),
    (re.compile(r"\b(PID|pid) \d+"), r"\1 <pid>"),
]


def normalized(value, places):
    """places: what a path, say of the stage, is called."""
    if isinstance(value, dict):
        return {key: normalized(one, places) for key, one in value.items()}
    if isinstance(value, list):
        return [normalized(one, places) for one in value]
    if not isinstance(value, str):
        return value
    for path, name in places:
        value = value.replace(path, name)
    for pattern, name in RULES:
        value = pattern.sub(name, value)
    return value


def differences(one, other, path=""):
    """(where, one, other) of each leaf that differs."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            missing = "(none)"
            yield from differences(one.get(key, missing), other.get(key, missing), f"{path}/{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (a, b) in enumerate(zip(one, other)):
            yield from differences(a, b, f"{path}/{number}")
    elif one != other:
        yield path or "/", one, other


def shown(value, limit=400):
    text = value if isinstance(value, str) else json.dumps(value)
    text = text.replace("\n", "\\n").replace("\r", "\\r")
    return text if len(text) <= limit else f"{text[:limit]}... ({len(text)} characters)"
