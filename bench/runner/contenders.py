# SPDX-License-Identifier: Apache-2.0
"""Who takes part."""
import dataclasses
import pathlib

SERVING = ("output", "input", "latency", "idle", "hung")


@dataclasses.dataclass(frozen=True)
class Contender:
    name: str
    label: str  # for readers of the plot
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
    Contender("conq-handler", "conq, handlers", "bench_conq_handler"),
    Contender("conq-handler-2", "conq, 2 threads", "bench_conq_handler", ("--threads", "2")),
    Contender("conq-coroutine", "conq, coroutines", "bench_conq_coroutine"),
    Contender("conq-blocking", "conq, blocking", "bench_conq_blocking"),
    Contender("conq-relay-pipe", "conq, to a pipe", "bench_conq_relay", ("--to", "pipe"), ("relay",)),
    Contender("conq-relay-socket", "conq, to a socket", "bench_conq_relay", ("--to", "socket"), ("relay",)),
    Contender("conq-relay-file", "conq, to a file", "bench_conq_relay", ("--to", "file"), ("relay",)),
    Contender("epoll-edge", "epoll, one read", "bench_bare_epoll", ("--policy", "edge")),
    Contender("epoll-drain", "epoll, drained", "bench_bare_epoll", ("--policy", "drain")),
    Contender("thread-per-pty", "a thread each", "bench_thread_per_pty"),
    Contender("asio", "Asio", "bench_asio"),
    Contender("libuv", "libuv", "bench_libuv", may_lose=True),
    Contender("containerd", "containerd, Go", "bench_containerd_epoller"),
)
