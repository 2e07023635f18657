# SPDX-License-Identifier: Apache-2.0
"""What is measured, and how much of it makes a run of about a second."""
import dataclasses

OUTPUT_CONSOLES = (1, 16, 256, 1000, 3500)
OUTPUT_BYTES = {4096: 240_000_000, 512: 160_000_000, 80: 60_000_000}  # by the size of a write


@dataclasses.dataclass(frozen=True)
class Case:
    workload: str
    consoles: int
    line: int = 4096
    bytes: int = 0  # for each console
    milliseconds: int = 1000

    @property
    def at_the_consoles(self):
        """What the stage is to play."""
        return "output" if self.workload == "relay" else self.workload

    @property
    def name(self):
        if self.workload == "latency":
            return f"latency beside {self.consoles - 1} busy consoles"
        consoles = "1 console" if self.consoles == 1 else f"{self.consoles} consoles"
        if self.workload in ("idle", "hung"):
            return f"{self.workload}, {consoles}"
        return f"{self.workload}, {consoles}, {self.line}-byte writes"


def stream(workload, consoles, line, total):
    """A stream of `total` bytes, shared out in whole writes, some to each console."""
    return Case(workload, consoles, line, max(1, total // consoles // line) * line)


def full():
    for consoles in OUTPUT_CONSOLES:
        for line, total in OUTPUT_BYTES.items():
            yield stream("output", consoles, line, total)
    for consoles in (1, 16, 256):
        yield stream("relay", consoles, 4096, OUTPUT_BYTES[4096])
    for consoles in (1, 16):
        yield stream("input", consoles, 4096, 200_000_000)
    for busy in (0, 16, 256):
        yield Case("latency", busy + 1, 512, milliseconds=2000 if busy > 16 else 1000)
    for consoles in (1, 3500):
        yield Case("idle", consoles)
    yield Case("hung", 3500)


def quick():
    """Small: to see that all run and count right, not to compare them."""
    yield stream("output", 1, 80, 40_000)
    yield stream("output", 16, 4096, 500_000)
    yield stream("relay", 2, 512, 100_000)
    yield stream("input", 2, 4096, 200_000)
    yield Case("latency", 3, 512, milliseconds=50)
    yield Case("idle", 8, milliseconds=50)
    yield Case("hung", 8, milliseconds=50)


def chosen(cases, workloads, consoles, lines):
    for case in cases:
        count = case.consoles - 1 if case.workload == "latency" else case.consoles
        if workloads and case.workload not in workloads:
            continue
        if consoles and count not in consoles:
            continue
        if lines and case.bytes and case.line not in lines:
            continue
        yield case
