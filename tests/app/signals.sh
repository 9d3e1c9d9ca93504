#!/usr/bin/env bash
# signals.sh PROGRAM MPIRUN: a signal from outside that ends a run, such as the HUP of a closed terminal, is not blamed on the
# candidate that was in flight; one that is ignored, as under nohup, ends nothing.
set -euo pipefail
program=$1
# shellcheck source=refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
# shellcheck source=small_study.sh
. "$(dirname "${BASH_SOURCE[0]}")/small_study.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
long_study | sed 's/sleep = 0.002/sleep = 600/' >study.toml
options=(--quiet --set stage.0.islands=1 --set stage.0.migration.topology=none --resume-if-present --results r.h5)

begun() {   # attempts at the first candidate, and those that it is blamed for
  /usr/bin/python3 -c 'import h5py
run = h5py.File("r.h5")["stages/0-search/run"][0, 0]
print(run["attempts"], run["attempts"] - run["failures"])' 2>/dev/null
}
await() {   # until there are so many attempts, one of them in flight
  for ((tries = 0; tries < 200; ++tries)); do
    if [ -e r.h5 ] && [ "$(begun)" = "$1 1" ]; then return 0; fi
    sleep 0.05
  done
  fail "attempt $1 has not begun: $(begun)" "$(cat out)"
}

ulimit -c 0
set -m   # jobs in process groups of their own, in which QUIT is not ignored
attempt=0
for signal in HUP QUIT PIPE XCPU ALRM VTALRM PROF PWR USR1; do
  attempt=$((attempt + 1)) code=0
  "$program" run study.toml "${options[@]}" >out 2>&1 &
  job=$!
  await "$attempt"
  kill -s "$signal" "$job"
  wait "$job" || code=$?
  [ "$code" = $((128 + $(kill -l "$signal"))) ] || fail "$signal: exit $code" "$(cat out)"
  [ "$(begun)" = "$attempt 0" ] || fail "after $signal: $(begun)" "$(cat out)"
done

# Ignored: goes on.
attempt=$((attempt + 1))
(trap '' HUP && exec "$program" run study.toml "${options[@]}" >out 2>&1) &
job=$!
await "$attempt"
kill -HUP "$job"
sleep 0.3
kill -0 "$job" || fail "HUP ended a run that ignores it" "$(cat out)"
# What a candidate may have caused itself still counts.
kill -ABRT "$job"
wait "$job" || true
[ "$(begun)" = "$attempt 1" ] || fail "after ABRT: $(begun)" "$(cat out)"
