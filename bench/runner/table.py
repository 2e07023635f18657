# SPDX-License-Identifier: Apache-2.0
"""The table as text."""
from . import figures
from .machine import QUIET


def shown(value):
    if value is None:
        return "-"
    if isinstance(value, float):
        for digits, limit in ((3, 1), (2, 10), (1, 100)):
            if abs(value) < limit and value != 0:
                return f"{value:.{digits}f}"
        return f"{value:.0f}"
    return str(value)


def case_table(rows, ours):
    """Lines: one a contender; the compared figures with their ratio to the best peer's."""
    best = figures.best_of_peers(rows, ours)
    columns = list(dict.fromkeys(name for row in rows.values() for name in row if name != "failed"))
    lines = [["", *columns]]
    for contender, row in rows.items():
        cells = [contender]
        for column in columns:
            cell = shown(row.get(column))
            if best.get(column) and row.get(column) is not None:
                cell += f" ({row[column] / best[column]:.2f})"
            cells.append(cell)
        if "failed" in row:
            cells.append("FAILED " + row["failed"])
        lines.append(cells)
    widths = [max(len(line[i]) for line in lines if i < len(line)) for i in range(len(columns) + 1)]
    for line in lines:
        padded = [cell.ljust(width) if i == 0 else cell.rjust(width)
                  for i, (cell, width) in enumerate(zip(line, widths))]
        yield "  ".join(padded + line[len(widths):])


def per_console(results):
    """What a console adds to the memory of an idle process: the least and the most consoles compared."""
    idle = {result["case"]["consoles"]: result["rows"] for result in results
            if result["case"]["workload"] == "idle"}
    if len(idle) < 2:
        return
    few, many = min(idle), max(idle)
    yield f"memory for each idle console, bytes: ({many} consoles - {few})"
    for contender, row in idle[many].items():
        base = idle[few].get(contender, {})
        if "own KiB" in row and "own KiB" in base:
            own, pss = ((row[name] - base[name]) * 1024 / (many - few) for name in ("own KiB", "PSS KiB"))
            yield f"  {contender:18} own {own:8.0f}   PSS {pss:8.0f}"


def text(report):
    machine = report["machine"]
    yield f"{machine['cpu']}, {machine['cpus']} CPUs, {machine['kernel']}, {report['date']}"
    if machine["busy"] > QUIET:
        yield f"The machine was not quiet: others took {machine['busy']:.0%} of its CPUs before anything was started."
    yield f"Medians of {report['rounds']} interleaved rounds; in brackets the ratio to the best peer that lost nothing."
    for skipped in report["skipped"]:
        yield f"skipped: {skipped}"
    for result in report["results"]:
        yield ""
        yield result["name"]
        for line in case_table(result["rows"], report["ours"]):
            yield "  " + line
    memory = list(per_console(report["results"]))
    if memory:
        yield ""
        yield from memory
