# SPDX-License-Identifier: Apache-2.0
"""podman in a setting of its own: folders, image, configuration; nothing of the system's is touched."""
import json
import os
import pathlib
import shutil
import subprocess

from . import image, processes
from .session import Late, Session, wait_for

LIMITS = ["--network=none", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"]
ENGINE = """[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
lock_type = "file"
"""


class Skip(Exception):
    """This system cannot play the case; the text says why."""


class Stage:
    """One podman with one monitor."""

    def __init__(self, folder, monitor, driver="overlay", runtime="runc"):
        self.folder = pathlib.Path(folder)
        self.monitor = str(monitor)
        self.driver = driver
        self.runtime = runtime
        self.container = "c"
        self.env = {
            "PATH": os.environ.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "var"),
            "CONTAINERS_CONF": str(self.folder / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(self.folder / "storage.conf"),
            "LANG": "C.UTF-8", "TERM": "xterm", "TZ": "UTC",
        }

    def set_up(self, tar):
        """Makes the folders and imports the image."""
        for name in ("home", "var", "tmp", "root", "run"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "containers.conf").write_text(ENGINE)
        (self.folder / "storage.conf").write_text(
            f'[storage]\ndriver = "{self.driver}"\ngraphroot = "{self.folder}/root"\n'
            f'runroot = "{self.folder}/run"\n')
        (self.folder / "policy.json").write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
        self.podman("import", "--signature-policy", str(self.folder / "policy.json"), str(tar),
                    image.IMAGE, check=True)

    def tear_down(self):
        processes.end_all(self.folder)
        # Containers whose monitor is gone are known to the runtime only.
        self.delete_containers(pathlib.Path("/run/runc").glob("*/state.json"))
        self.delete_containers(self.folder.glob("**/runc/*/state.json"))
        processes.unmount(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)

    def delete_containers(self, states):
        for state in states:
            try:
                ours = str(self.folder) in state.read_text()
            except OSError:
                continue
            if ours:
                subprocess.run([self.runtime, "--root", str(state.parent.parent), "delete", "--force",
                                state.parent.name], capture_output=True, check=False)

    def clear(self):
        """Removes what a case has left. False where that did not work: then the stage is spoilt."""
        try:
            self.podman("pod", "rm", "-fa", "-t", "0", timeout=60)
            self.podman("rm", "-fa", "-t", "0", timeout=60)
            left = self.podman("ps", "-aq", timeout=60)
        except Late:
            return False
        monitors = [pid for pid in processes.naming(self.folder) if not processes.ended(pid)]
        self.delete_containers((self.folder / "var").glob("runc/*/state.json"))
        shutil.rmtree(self.folder / "var")
        (self.folder / "var").mkdir()
        return left[0] == 0 and not left[1] and not monitors

    # What a case uses. podman runs in a folder of the stage: conmon leaves files where it is started.

    def words(self, *arguments):
        folder = self.folder
        return ["podman", "--root", f"{folder}/root", "--runroot", f"{folder}/run",
                "--tmpdir", f"{folder}/tmp", "--storage-driver", self.driver,
                "--cgroup-manager=cgroupfs", "--runtime", self.runtime, "--events-backend=file",
                "--conmon", self.monitor, *arguments]

    def podman(self, *arguments, input=None, check=False, timeout=60, env=None, pass_fds=(),
               prefix=(), binary=False):
        """[status, stdout, stderr] of a podman that ends by itself."""
        try:
            done = subprocess.run([*prefix, *self.words(*arguments)], env={**self.env, **(env or {})},
                                  input=input, stdin=None if input is not None else subprocess.DEVNULL,
                                  capture_output=True, timeout=timeout, check=False,
                                  pass_fds=pass_fds, cwd=self.folder / "var")
        except subprocess.TimeoutExpired as late:
            raise Late(f"podman {' '.join(arguments[:4])} did not end; "
                       f"seen {late.stdout!r:.300} {late.stderr!r:.300}") from None
        if check and done.returncode != 0:
            raise RuntimeError(f"podman {' '.join(arguments)}: {done.stderr.decode()}")
        if binary:
            return [done.returncode, done.stdout, done.stderr]
        return [done.returncode, done.stdout.decode(errors="backslashreplace"),
                done.stderr.decode(errors="backslashreplace")]

    def session(self, *arguments, terminal=None, env=None, pass_fds=()):
        return Session(self.words(*arguments), terminal, {**self.env, **(env or {})}, pass_fds,
                       cwd=self.folder / "var")

    def create_words(self, verb, options, command):
        command = ["sh", "-c", command] if isinstance(command, str) else list(command)
        return [verb, *LIMITS, *options, image.IMAGE, *command]

    def run(self, *options, cmd, **more):
        """podman run; cmd is a line of shell, or a list of words."""
        return self.podman(*self.create_words("run", options, cmd), **more)

    def create(self, *options, cmd, **more):
        return self.podman(*self.create_words("create", options, cmd), **more)

    def run_session(self, *options, cmd, **more):
        return self.session(*self.create_words("run", options, cmd), **more)

    def start(self, *options, cmd, name=None):
        """A container in the background, running. Returns its name."""
        name = name or self.container
        done = self.run("-d", "--name", name, *options, cmd=cmd)
        if done[0] != 0:
            raise RuntimeError(f"podman run -d: {done}")
        return name

    def inspect(self, name=None):
        done = self.podman("inspect", name or self.container)
        return json.loads(done[1])[0] if done[0] == 0 else {}

    def state(self, name=None, *fields):
        state = self.inspect(name).get("State", {})
        return {field: state.get(field) for field in
                fields or ("Status", "Running", "ExitCode", "OOMKilled", "Dead", "Error")}

    def logs(self, name=None, *options, **more):
        return self.podman("logs", *options, name or self.container, **more)

    def wait_logged(self, text, name=None, count=1):
        """Waits until the container has said this, by its log."""
        name = name or self.container

        def said():
            done = self.logs(name)
            return (done[1] + done[2]).count(text) >= count
        wait_for(f"{text!r} in the log of {name}", said)

    def wait_status(self, status, name=None):
        wait_for(f"{name or self.container} is {status}",
                 lambda: self.state(name, "Status")["Status"] == status)

    def wait(self, name=None):
        return self.podman("wait", name or self.container)

    def bundle(self, name=None):
        """The folder with the monitor's sockets and fifos."""
        return pathlib.Path(self.inspect(name)["StaticDir"])

    def log_file(self, name=None):
        return pathlib.Path(self.inspect(name)["HostConfig"]["LogConfig"]["Path"])

    def monitor_pid(self, name=None):
        return self.inspect(name)["State"]["ConmonPid"]
