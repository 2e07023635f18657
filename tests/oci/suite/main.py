# SPDX-License-Identifier: Apache-2.0
"""The command line, the stages, and the summary."""
import argparse
import collections
import fnmatch
import os
import pathlib
import queue
import shutil
import signal
import sys
import tempfile
import threading
import time

from . import cases, compare, image, known, processes
from .play import run_case
from .stage import Stage

SKIPPED = 77


def parse(text):
    parser = argparse.ArgumentParser(description=text,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--monitor", metavar="PATH", help="the one that is judged")
    parser.add_argument("--reference", metavar="PATH", default="/usr/bin/conmon",
                        help="the one it is compared with (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="without the slow cases")
    parser.add_argument("--large", action="store_true", help="also those that move a gigabyte")
    parser.add_argument("--only", metavar="PATTERN", action="append",
                        help="cases of this name: 'logs.*', 'run.tty*'; may be given again")
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count(), 4), metavar="N",
                        help="cases at once (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=1, metavar="N", help="play each so many times")
    parser.add_argument("--list", action="store_true", help="print the cases' names")
    parser.add_argument("--results", action="store_true", help="print each result, also those alike")
    return parser.parse_args()


def chosen(arguments):
    for case in cases.ALL.values():
        if arguments.only:
            if any(fnmatch.fnmatch(case.name, pattern) for pattern in arguments.only):
                if not case.large or arguments.large or case.name in arguments.only:
                    yield case
        elif not (case.slow and arguments.quick) and not (case.large and not arguments.large):
            yield case


def what_forbids(folder, reference):
    """(a storage driver that works, None), or (None, why podman cannot run here)."""
    for program in ("podman", "runc", reference):
        if not shutil.which(program):
            return None, f"{program} is not installed (apt-get install podman runc conmon)"
    if not image.busybox():
        return None, "no busybox (apt-get install busybox-static)"
    if os.geteuid() != 0:
        return None, "only root can have containers with these flags"
    image.make_root(folder / "rootfs")
    image.make_tar(folder / "rootfs", folder / "image.tar")
    said = ""
    for driver in ("overlay", "vfs"):
        stage = Stage(folder / f"try-{driver}", shutil.which(reference), driver)
        try:
            stage.set_up(folder / "image.tar")
            status, out, said = stage.run("--rm", cmd="echo works", timeout=120)
            if status == 0 and out == "works\n":
                return driver, None
        except Exception as error:
            said = str(error)
        finally:
            stage.tear_down()
    return None, f"podman runs no container: {said.strip()}"


class Pair:
    """Two stages, one for each monitor, used by one worker."""

    def __init__(self, folder, number, driver, monitors, stopped):
        self.folder, self.number, self.driver, self.monitors = folder, number, driver, monitors
        self.stopped = stopped
        self.stages = {}

    def stage(self, role):
        if self.stopped.is_set():
            raise RuntimeError("stopped")
        if role not in self.stages:
            folder = self.folder / f"{role}{self.number}"
            self.stages[role] = Stage(folder, self.monitors[role], self.driver)
            self.stages[role].set_up(self.folder / "image.tar")
        return self.stages[role]

    def play(self, role, case):
        stage = self.stage(role)
        result = run_case(stage, case)
        broken = any(key in result for key in ("hung", "late", "failed"))
        if broken or not stage.clear():
            self.stages.pop(role).tear_down()
        names = [(str(stage.folder), "<stage>"), (stage.monitor, "<monitor>"),
                 (str(self.folder), "<folder>"), (f"[{os.path.basename(stage.monitor)}:", "[<monitor>:")]
        return compare.normalized(result, names)

    def tear_down(self):
        for stage in self.stages.values():
            stage.tear_down()


def verdict(name, reference, judged):
    """(word, lines to print)"""
    if "skipped" in reference and "skipped" in judged:
        return "skipped", [f"    {reference['skipped']}"]
    broken = [key for key in ("hung", "late", "failed") if key in reference]
    found = list(compare.differences(reference, judged))
    if broken and not found:  # it says nothing of the monitor, so it must not pass
        return "different", [f"    both {key}: {compare.shown(reference[key])}" for key in broken]
    lines, unknown, reasons = [], False, []
    for place, one, other in found:
        why = known.reason(name, place)
        if why:
            reasons.append(why)
        else:
            unknown = True
            lines += [f"    {place}", f"      reference: {compare.shown(one)}",
                      f"      monitor:   {compare.shown(other)}"]
    if unknown:
        return "different", lines
    return ("known", [f"    {why}" for why in dict.fromkeys(reasons)]) if found else ("same", [])


def work(pair, todo, say, stopped):
    while not stopped.is_set():
        try:
            case = todo.get_nowait()
        except queue.Empty:
            return
        begun = time.monotonic()
        try:
            results = [pair.play(role, case) for role in ("reference", "judged")]
        except Exception as error:
            if stopped.is_set():
                return
            results = [{}, {"failed": f"the suite itself: {error}"}]
        if not stopped.is_set():
            say(case, *results, time.monotonic() - begun)


def play_all(arguments, folder, driver, held, stopped):
    monitors = {"reference": shutil.which(arguments.reference),
                "judged": os.path.abspath(shutil.which(arguments.monitor))}
    counts = collections.Counter()
    lock = threading.Lock()

    def say(case, reference, judged, seconds):
        word, lines = verdict(case.name, reference, judged)
        if arguments.results:
            lines = [*lines, f"    result: {compare.shown(reference, 3000)}"]
        with lock:
            counts[word] += 1
            print("\n".join([f"{word:10}{case.name} ({seconds:.1f} s)", *lines]), flush=True)

    todo = queue.Queue()
    for case in held * arguments.repeat:
        todo.put(case)
    pairs = [Pair(folder, number, driver, monitors, stopped) for number in range(arguments.jobs)]
    workers = [threading.Thread(target=work, args=(pair, todo, say, stopped)) for pair in pairs]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers):
        if stopped.wait(0.1):
            processes.end_all(folder)  # what a worker may wait for
    for pair in pairs:
        pair.tear_down()
    return counts


def main(text):
    arguments = parse(text)
    held = list(chosen(arguments))
    if arguments.list:
        print("\n".join(case.name for case in held))
        return 0
    if not arguments.monitor or not shutil.which(arguments.monitor):
        sys.exit(f"No monitor at {arguments.monitor}: say --monitor PATH")
    if not held:
        sys.exit("No case has such a name: see --list")

    # A handler that raises could do so in the middle of anything.
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopped.set())
    folder = pathlib.Path(tempfile.mkdtemp(prefix="conq-oci-"))
    try:
        driver, why = what_forbids(folder, arguments.reference)
        if why:
            print(f"Skipped: {why}")
            return SKIPPED
        begun = time.monotonic()
        counts = play_all(arguments, folder, driver, held, stopped)
    finally:
        Stage(folder, "").tear_down()
    if stopped.is_set():
        print("Stopped.", file=sys.stderr)
        return 130
    words = ("same", "known", "different", "skipped")
    print(f"{sum(counts.values())} cases in {time.monotonic() - begun:.0f} s: " +
          ", ".join(f"{counts[word]} {word}" for word in words))
    return 1 if counts["different"] else 0
