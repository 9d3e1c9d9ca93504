#!/usr/bin/env bash
# interrupt.sh PROGRAM MPIRUN: Ctrl-C, to the program alone and to mpirun with 4 ranks, ends the run within 3 s; no process stays,
# what was committed can be read, and no candidate that was in flight is blamed.
set -euo pipefail
program=$1 mpirun=$2
# shellcheck source=refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
# shellcheck source=small_study.sh
. "$(dirname "${BASH_SOURCE[0]}")/small_study.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

long_study >study.toml
set -m   # jobs in process groups of their own, in which SIGINT is not ignored
for ranks in 1 4; do
  results=$folder/$ranks.h5
  launch=()
  [ "$ranks" = 1 ] || launch=("$mpirun" "$ranks")
  "${launch[@]}" "$program" run study.toml --quiet --results "$results" >out 2>&1 &
  job=$!
  for ((tries = 0; tries < 100; ++tries)); do
    if grep -q '^stage 0-search: under way, [1-9]' <<<"$("$program" status "$results" 2>/dev/null)"; then break; fi
    sleep 0.1
  done
  before=$(date +%s%N) code=0
  kill -INT -- "-$job"   # as a terminal does it
  wait "$job" || code=$?
  took=$((($(date +%s%N) - before) / 1000000))
  [ "$code" != 0 ] || fail "$ranks ranks: exit 0 after an interrupt" "$(cat out)"
  [ "$took" -le 3000 ] || fail "$ranks ranks took $took ms to end"
  ! pgrep -f "^$program run .*$results" || fail "$ranks ranks: processes are left"
  if [ "$ranks" = 1 ]; then   # mpirun lets its ranks say nothing
    grep -qF "archipel: interrupted; see what is kept with \`archipel status $results\`" out || fail "no word of what is kept:" "$(cat out)"
  fi
  under 1 status --exit-code "$results"
  [ "$code" = 3 ] || fail "status after an interrupt: exit $code, expected 3:" "$output"
done

# Candidates that last: what is in flight is interrupted again and again.
long_study | sed 's/sleep = 0.002/sleep = 600/' >study.toml
flying() {   # of the two islands' first candidates: those begun, and those whose death the file blames on them
  /usr/bin/python3 - <<'PYTHON'
import h5py
run = h5py.File("r.h5")["stages/0-search/run"][:2, 0]
print(run["attempts"].sum(), (run["attempts"] - run["failures"]).sum())
PYTHON
}
for round in 1 2 3; do
  signal=INT
  [ "$round" != 3 ] || signal=KILL
  "$mpirun" 2 "$program" run study.toml --quiet --set stage.0.islands=2 --set stage.0.migration.topology=none --resume-if-present --results "$folder/r.h5" >out 2>&1 &
  job=$!
  for ((tries = 0; tries < 100; ++tries)); do
    if [ -e r.h5 ] && [ "$(flying)" = "$((2 * round)) 2" ]; then break; fi
    sleep 0.1
  done
  [ "$(flying)" = "$((2 * round)) 2" ] || fail "round $round: in flight: $(flying)" "$(cat out)"
  mapfile -t ranks < <([ "$signal" = INT ] || pgrep -f "^$program run .*$folder/r.h5")
  kill -"$signal" -- "-$job" "${ranks[@]}"
  wait "$job" || true
  blamed=0
  [ "$signal" = INT ] || blamed=2
  [ "$(flying)" = "$((2 * round)) $blamed" ] || fail "after $signal: $(flying)" "$(cat out)"
done
