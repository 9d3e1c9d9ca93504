#!/usr/bin/env bash
# run.sh [--asan] [ctest options]: installs what is missing, builds everything and runs the whole test suite; with --asan that
# of the preset asan. For example: tests/run.sh -L project, tests/run.sh -R search.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

preset=$(jobs/setup.sh --tests)
if [ "${1:-}" = --asan ]; then
  preset=asan
  shift
fi
jobs/build.sh "$preset"
exec ctest --preset "$preset" -j $(($(nproc) + 1)) "$@"   # one more: tests on Slurm mostly wait
