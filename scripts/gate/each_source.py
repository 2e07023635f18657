#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a compiler's checks, or clang-tidy, over the sources of a build's compile_commands.json.

  each_source.py syntax BUILD FOLDERS COMPILER [FLAG...]   the sources compile without a warning
  each_source.py tidy BUILD FOLDERS CACHE                  clang-tidy finds nothing in them; a verdict
                                                           is kept in CACHE, by content

FOLDERS is a list with commas: src,apps. With `all` it is every source of the project.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys

TIDY = "clang-tidy-14"
CLANG = "clang++-14"
GCC_ONLY = ("-Wno-restrict", "-Wno-maybe-uninitialized",
            "-Wno-subobject-linkage")


def commands(build, folders):
    """(source, folder to compile in, arguments without compiler and output) of each source."""
    root = pathlib.Path.cwd()
    wanted = [root] if folders == "all" else [root / folder for folder in folders.split(",")]
    seen = set()
    for entry in json.loads((pathlib.Path(build) / "compile_commands.json").read_text()):
        source = pathlib.Path(entry["file"])
        if not any(source.is_relative_to(folder) for folder in wanted):
            continue
        words = shlex.split(entry["command"])
        # The simulation compiles some sources again, some as if for another system: what comes
        # with Linux's compilers does not fit that, but for the headers they were tried with.
        if folders != "all" and ("-U__linux__" in words or source in seen):
            continue
        seen.add(source)
        first_flag = next(i for i, word in enumerate(words) if word.startswith("-"))
        arguments = []
        skip = False
        for word in words[first_flag:]:
            if skip:
                skip = False
            elif word == "-o":
                skip = True
            elif word not in ("-c", entry["file"], *GCC_ONLY):
                arguments.append(word)
        yield source, entry["directory"], arguments


def run(command, directory, **more):
    return subprocess.run(command, cwd=directory, text=True, stdout=subprocess.PIPE, **more)


def check_syntax(compiler, flags):
    def check(source, directory, arguments):
        command = [compiler, *arguments, *flags, "-fsyntax-only", str(source)]
        done = run(command, directory, stderr=subprocess.STDOUT)
        return done.returncode == 0, done.stdout
    return check


def check_tidy(cache):
    cache = pathlib.Path(cache).absolute()
    cache.mkdir(parents=True, exist_ok=True)
    version = subprocess.run([TIDY, "--version"], text=True, stdout=subprocess.PIPE, check=True).stdout
    rules = version + pathlib.Path(".clang-tidy").read_text()

    def check(source, directory, arguments):
        # With comments, as NOLINT is one.
        seen = run([CLANG, *arguments, "-E", "-C", str(source)], directory, stderr=subprocess.DEVNULL)
        key = hashlib.sha256((rules + " ".join(arguments) + seen.stdout).encode()).hexdigest()
        if seen.returncode == 0 and (cache / key).exists():
            return True, ""
        done = run([TIDY, "--quiet", str(source), "--", *arguments], directory,
                   stderr=subprocess.DEVNULL)
        if done.returncode == 0:
            (cache / key).touch()
        return done.returncode == 0, done.stdout
    return check


def main():
    kind, build, folders, *rest = sys.argv[1:]
    work = list(commands(build, folders))
    check = check_syntax(rest[0], rest[1:]) if kind == "syntax" else check_tidy(rest[0])
    name = " ".join(rest) if kind == "syntax" else TIDY
    if not work:
        sys.exit(f"{name}: no sources in {build}/compile_commands.json")
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("jobs", "2"))) as pool:
        for (source, *_), (good, output) in zip(work, pool.map(lambda entry: check(*entry), work)):
            if not good or output.strip():
                print(f"{source.relative_to(pathlib.Path.cwd())}:\n{output}")
            failed += not good
    print(f"{name}: {len(work)} sources, {failed} failed")
    sys.exit(failed != 0)


main()
