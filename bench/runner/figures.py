# SPDX-License-Identifier: Apache-2.0
"""From what was measured to the figures that are shown, and their medians."""
import statistics


def of_stream(m):
    moved = m.get("received", m["bytes"])
    wrong = m["wrong"] + m.get("received_wrong", 0)
    cpu = m["user_ns"] + m["system_ns"]
    return {
        "MB/s": m["bytes"] * 1e3 / m["wall_ns"],
        "ns/B": cpu / m["bytes"] if m["bytes"] else None,
        "switches/MB": (m["voluntary_switches"] + m["involuntary_switches"]) * 1e6 / max(m["bytes"], 1),
        "allocs/op": m["allocations"] / max(m["operations"], 1) if "allocations" in m else None,
        "peak MiB": m["peak_kib"] / 1024,
        "CPUs idle %": 100 * m["machine_idle"] / max(m["machine_all"], 1),
        "lost": m["expected"] - moved,
        "wrong": wrong,
    }


def of_latency(m):
    return {"p50 us": m["p50_ns"] / 1e3, "p99 us": m["p99_ns"] / 1e3, "p99.9 us": m["p999_ns"] / 1e3,
            "echoes": m["echoes"], "beside MB/s": m["bytes"] * 1e3 / m["wall_ns"], "wrong": m["wrong"]}


def of_hung(m):
    # Some peers end with their last console: they have no memory to speak of.
    return {"CPU us/s": m["idle_cpu_ns"] * 1e6 / m["window_ns"]}


def of_idle(m):
    return of_hung(m) | {"own KiB": m["own_kib"], "PSS KiB": m["pss_kib"]}


OF = {"output": of_stream, "relay": of_stream, "input": of_stream, "latency": of_latency,
      "idle": of_idle, "hung": of_hung}
WORST = ("lost", "wrong")  # one bad round must not vanish in a median
# Compared with the best peer's, and whether more is better.
COMPARED = {"MB/s": True, "ns/B": False, "p50 us": False, "p99 us": False, "own KiB": False}


def summary(workload, runs):
    """The median of each figure over the rounds."""
    rows = [OF[workload](m) for m in runs if "failed" not in m]
    result = {}
    for name in rows[0] if rows else ():
        values = [row[name] for row in rows if row[name] is not None]
        if values:
            result[name] = max(values) if name in WORST else statistics.median(values)
    failures = [m["failed"] for m in runs if "failed" in m]
    if failures:
        result["failed"] = f"{len(failures)} of {len(runs)}: {failures[0]}"
    return result


def best_of_peers(rows, ours):
    """For each compared figure the best of those peers that lost nothing."""
    best = {}
    for name, row in rows.items():
        if name in ours or "failed" in row or row.get("lost") or row.get("wrong"):
            continue
        for figure, more_is_better in COMPARED.items():
            if figure not in row:
                continue
            seen = best.get(figure, row[figure])
            best[figure] = max(seen, row[figure]) if more_is_better else min(seen, row[figure])
    return best
