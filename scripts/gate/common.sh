# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Sourced, from the top of the tree, by the scripts that build.

jobs=${CONQ_JOBS:-$(nproc)}
# What is worth keeping between builds: the compiler cache, the zig compiler, clang-tidy's verdicts.
cache=${CONQ_CACHE:-$PWD/.cache}
export jobs cache

if command -v ccache >/dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache
  export CCACHE_DIR=${CCACHE_DIR:-$cache/ccache} CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
  export CCACHE_MAXSIZE=${CCACHE_MAXSIZE:-2G}
fi

# configure PRESET [OPTION...]: quiet unless it fails.
configure() {
  local log
  log=$(cmake --preset "$@" 2>&1) || {
    printf '%s\n' "$log" >&2
    return 1
  }
}

# build PRESET [TARGET]
build() {
  cmake --build --preset "$1" --parallel "$jobs" ${2:+--target "$2"} -- --quiet
}

# run_tests PRESET [ARG...]: more tests at once than there are cores, as most of them wait.
run_tests() {
  ctest --preset "$1" --parallel "${CONQ_TEST_JOBS:-4}" "${@:2}"
}
