#!/usr/bin/env bash
# mpirun.sh RANKS COMMAND...: runs COMMAND under MPI on this machine, more ranks than cores allowed.
set -euo pipefail
# Under the sanitizer only full stacks tell MPI's leaks (tests/asan) from ours. First, so that the options of a program win.
[ -z "${ASAN_OPTIONS:-}" ] || export ASAN_OPTIONS=fast_unwind_on_malloc=0:$ASAN_OPTIONS
ARCHIPEL_BIND=none exec "$(dirname "${BASH_SOURCE[0]}")/../jobs/mpirun.sh" "$@"
