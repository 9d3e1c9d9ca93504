#!/usr/bin/env bash
# on_gpus.sh RANKS COUNTER COMMAND...: runs COMMAND on that many ranks if COUNTER, a program, prints at least as many GPUs;
# otherwise exit 77, which ctest reports as skipped.
set -euo pipefail
ranks=$1 here=$("$2")
shift 2
if [ "$here" = 0 ]; then
  echo "skipped: no GPU"
  exit 77
elif [ "$here" -lt "$ranks" ]; then
  echo "skipped: $ranks GPUs are needed, $here here"
  exit 77
fi
exec "$(dirname "${BASH_SOURCE[0]}")/../mpirun.sh" "$ranks" "$@"
