# SPDX-License-Identifier: Apache-2.0
"""One run of one contender."""
import json
import os
import pathlib
import resource
import signal
import subprocess


def make_room():
    """As many descriptors as this user may have; inherited by what is started."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def what_forbids(case):
    """Why this machine cannot hold so many consoles, or None."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and case.consoles + 32 > most:
        return f"only {most} descriptors"
    kernel = pathlib.Path("/proc/sys/kernel/pty")
    free = int((kernel / "max").read_text()) - int((kernel / "nr").read_text())
    if case.consoles > free:
        return f"only {free} pseudo-terminals are free"
    processes, _ = resource.getrlimit(resource.RLIMIT_NPROC)
    if processes != resource.RLIM_INFINITY and case.consoles + 200 > processes:
        return f"only {processes} processes"
    return None


def end(process):
    """It, the contender, and all that are at the consoles."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def run(folder, contender, case, timeout):
    """What was measured; {"failed": why} if nothing was."""
    command = [str(pathlib.Path(folder) / "bench_stage"), "--contender", contender.command(folder),
               "--workload", case.at_the_consoles]
    for name in ("consoles", "line", "bytes", "milliseconds"):
        command += ["--" + name, str(getattr(case, name))]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        output, errors = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        end(process)
        return {"failed": f"not done after {timeout} s"}
    except KeyboardInterrupt:
        end(process)
        raise
    measured = {}
    for line in output.splitlines():
        measured |= json.loads(line)
    if process.returncode != 0 or not measured:
        return {"failed": errors.strip().replace("\n", "; ") or f"status {process.returncode}"}
    return measured
