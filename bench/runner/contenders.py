# SPDX-License-Identifier: Apache-2.0
"""Who takes part."""
import dataclasses
import pathlib

SERVING = ("output", "input", "latency", "idle", "hung")


@dataclasses.dataclass(frozen=True)
class Contender:
    name: str
    program: str  # in the build's bench folder
    arguments: tuple = ()
    workloads: tuple = SERVING
    may_lose: bool = False  # known to: a loss is shown, but is not our failure

    @property
    def is_ours(self):
        return self.name.startswith("conq")

    def command(self, folder):
        return " ".join([str(pathlib.Path(folder) / self.program), *self.arguments])


ALL = (
    Contender("conq-handler", "bench_conq_handler"),
    Contender("conq-handler-2", "bench_conq_handler", ("--threads", "2")),
    Contender("conq-coroutine", "bench_conq_coroutine"),
    Contender("conq-blocking", "bench_conq_blocking"),
    Contender("conq-relay-pipe", "bench_conq_relay", ("--to", "pipe"), ("relay",)),
    Contender("conq-relay-socket", "bench_conq_relay", ("--to", "socket"), ("relay",)),
    Contender("conq-relay-file", "bench_conq_relay", ("--to", "file"), ("relay",)),
    Contender("epoll-edge", "bench_bare_epoll", ("--policy", "edge")),
    Contender("epoll-drain", "bench_bare_epoll", ("--policy", "drain")),
    Contender("thread-per-pty", "bench_thread_per_pty"),
    Contender("asio", "bench_asio"),
    Contender("libuv", "bench_libuv", may_lose=True),
    Contender("containerd", "bench_containerd_epoller"),
)
