# SPDX-License-Identifier: Apache-2.0
"""The root file system of the containers: busybox, and two helpers for the cases."""
import os
import pathlib
import shutil
import subprocess
import tarfile

IMAGE = "conq-play"

# Once a terminal is 0 by 0, busybox's stty prints a size of its own choice: so a program in a
# container has to wait for the size that was set, as it may be set a moment after its start.
HELPERS = {
    "shows_size": """#!/bin/sh
# shows_size ROWS COLUMNS: waits until the terminal has this size, prints it.
tries=0
until [ "$(stty size 2>/dev/null)" = "$1 $2" ]; do
  tries=$((tries + 1))
  [ $tries -lt 1500 ] || { echo "the size is $(stty size), not $1 $2"; exit 1; }
  usleep 10000
done
echo "size $1 $2"
""",
    "bytes": """#!/bin/sh
# bytes MEGABYTES: text that is another one in each line, of exactly this size.
yes 'a line that is neither short nor long: 0123456789 abcdefghijklmnopqrstuvwxyz' |
  awk '{ print NR, $0 }' | head -c $(($1 * 1048576))
""",
}


def busybox():
    """The path of a static busybox, or None."""
    for name in ("/bin/busybox", "/usr/bin/busybox"):
        if os.path.exists(name):
            return name
    return shutil.which("busybox")


def make_root(folder):
    """A root file system in this folder, which is made."""
    folder = pathlib.Path(folder)
    for name in ("bin", "etc", "tmp", "dev", "proc", "sys", "var"):
        (folder / name).mkdir(parents=True)
    source = busybox()
    shutil.copy(source, folder / "bin/busybox")
    listed = subprocess.run([source, "--list"], capture_output=True, text=True, check=True)
    for name in listed.stdout.split():
        if name != "busybox":
            (folder / "bin" / name).symlink_to("busybox")
    (folder / "etc/passwd").write_text("root:x:0:0:root:/:/bin/sh\nuser:x:1000:1000::/:/bin/sh\n")
    (folder / "etc/group").write_text("root:x:0:\nuser:x:1000:\n")
    (folder / "etc/not-executable").write_text("#!/bin/sh\n")
    for name, text in HELPERS.items():
        path = folder / "bin" / name
        path.write_text(text)
        path.chmod(0o755)
    (folder / "tmp").chmod(0o1777)


def make_tar(root, file):
    with tarfile.open(file, "w") as archive:
        archive.add(root, arcname=".")
