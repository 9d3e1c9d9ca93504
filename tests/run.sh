#!/usr/bin/env bash
# run.sh [--asan|--cuda] [ctest options]: installs what is missing, builds everything and runs the whole test suite; with --asan
# or --cuda that of the preset asan or cuda. For example: tests/run.sh -L project, tests/run.sh --cuda -R search.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

case ${1:-} in
  --asan)
    jobs/setup.sh --tests >/dev/null
    preset=asan
    shift
    ;;
  --cuda)
    preset=$(jobs/setup.sh --tests --cuda)
    shift
    ;;
  *) preset=$(jobs/setup.sh --tests) ;;
esac
jobs/build.sh "$preset"
exec ctest --preset "$preset" -j $(($(nproc) + 2)) "$@"   # two more: tests that kill things or run on Slurm mostly wait
