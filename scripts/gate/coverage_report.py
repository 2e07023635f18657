#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints what lcov counted. Fails under 95 % of lines, and where lines that no test runs are in a
file that docs/guarantees.md does not account for."""

import re
import sys
from collections import defaultdict
from pathlib import Path

LEAST = 95.0
ACCOUNT = Path("docs/guarantees.md")
SECTION = "## What no test reaches"


def read(info):
    """The hits of each line and each branch, by file."""
    lines, branches = defaultdict(dict), defaultdict(dict)
    source = ""
    for record in Path(info).read_text().splitlines():
        kind, _, rest = record.partition(":")
        if kind == "SF":
            source = str(Path(rest).relative_to(Path.cwd()))
        elif kind == "DA":
            line, hits = rest.split(",")[:2]
            lines[source][int(line)] = int(hits)
        elif kind == "BRDA":
            line, block, branch, taken = rest.split(",")
            branches[source][line, block, branch] = 0 if taken == "-" else int(taken)
    return lines, branches


def percentage(what, counts):
    """Prints it, and returns it."""
    hits = [count for of_file in counts.values() for count in of_file.values()]
    part = 100.0 * sum(count > 0 for count in hits) / len(hits)
    print(f"{what}: {part:.1f} % of {len(hits)}")
    return part


def main():
    lines, branches = read(sys.argv[1])
    enough = percentage("Lines", lines) >= LEAST
    percentage("Branches", branches)
    account = ACCOUNT.read_text().partition(SECTION)[2]
    accounted = set(re.findall(r"`([^`]+\.[ch]pp)`", account))
    unknown = False
    for source, hits in sorted(lines.items()):
        missed = [line for line, count in sorted(hits.items()) if count == 0]
        if not missed:
            continue
        known = source in accounted
        unknown = unknown or not known
        print(f"{source}: {len(missed)} lines that no test runs"
              + ("" if known else f", of which {ACCOUNT} says nothing"))
        text = Path(source).read_text().splitlines()
        for line in missed:
            print(f"  {line:4}  {text[line - 1].strip()}")
    for source in sorted(accounted - {name for name, hits in lines.items() if 0 in hits.values()}):
        print(f"{source}: {ACCOUNT} accounts for lines that are reached now")
    if not enough:
        print(f"Less than {LEAST:.0f} % of the lines.")
    sys.exit(0 if enough and not unknown else 1)


if __name__ == "__main__":
    main()
