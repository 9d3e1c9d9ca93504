#!/usr/bin/env bash
# killed.sh PROGRAM MPIRUN KILLS SEED STUDY|table|train [--set key=value]...: the study, killed with SIGKILL at KILLS random times (one
# rank or all, on 1 to 4 ranks) and resumed on another number of ranks each time, ends without a difference from a run that
# was left alone. After every kill h5py opens the file, and no process stays. SEED decides what is drawn.
set -euo pipefail
program=$1 mpirun=$2 kills=$3 study=$5
RANDOM=$4
# shellcheck source=tests/app/refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
# shellcheck source=tests/app/small_study.sh
. "$(dirname "${BASH_SOURCE[0]}")/small_study.sh"
shift 5
unset ARCHIPEL_PINNED   # bits are compared
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
[ -e "$study" ] && study=$(realpath "$study")
cd "$folder"
case $study in
  table) table_study 6 600 >study.toml ;;
  train)
    head -c 20000 /dev/urandom >pixels
    small_study pixels
    sed -i 's/budget.evaluations = 2/budget.evaluations = 24/; s/candidates = 1/candidates = 3/; s/^islands = 1/islands = 4/' study.toml
    ;;
  *) cp "$study" study.toml ;;
esac
settings=(--quiet --set limits.deaths=0 --set results.sync=0.05 "$@")

begin=$(date +%s%N)
"$program" run study.toml "${settings[@]}" --results whole.h5 >/dev/null
whole=$((($(date +%s%N) - begin) / 1000000))   # ms

killed=0 finished=0
while [ "$killed" -lt "$kills" ]; do
  ranks=$((1 + RANDOM % 4))
  setsid "$mpirun" "$ranks" "$program" run study.toml "${settings[@]}" --resume-if-present --results "$folder/r.h5" >out 2>&1 &
  job=$!
  sleep "$(awk -v ms="$((RANDOM % (whole + 400)))" 'BEGIN { print ms / 1000 }')"
  mapfile -t processes < <(pgrep -f "^$program run .*$folder/r.h5" || true)
  if [ $((RANDOM % 2)) = 0 ] && [ "${#processes[@]}" -gt 0 ]; then
    kill -KILL "${processes[RANDOM % ${#processes[@]}]}" 2>/dev/null || true   # one rank: the launcher ends the others
  else
    kill -KILL -- "-$job" "${processes[@]}" 2>/dev/null || true
  fi
  code=0
  { wait "$job" || code=$?; } 2>/dev/null
  for ((tries = 0; tries < 100; ++tries)); do
    pgrep -f "^$program run .*$folder/r.h5" >/dev/null || break
    sleep 0.1
  done
  ! pgrep -f "^$program run .*$folder/r.h5" || fail "kill $killed on $ranks ranks: processes are left" "$(cat out)"
  if [ "$code" != 0 ]; then
    [ ! -e r.h5 ] || killed=$((killed + 1))
    [[ $code = 137 || $code = 1 || $code = 143 || $code = 9 || $code = 134 ]] || fail "kill $killed on $ranks ranks: exit $code" "$(cat out)"
    ! grep -q '^archipel: ' out || fail "kill $killed on $ranks ranks: a message of an error" "$(cat out)"
  fi
  [ -e r.h5 ] || continue   # before the file had its name
  /usr/bin/python3 -c 'import h5py; h5py.File("r.h5")["stages/0-search/rows"][:]' || fail "kill $killed: h5py does not open the file"
  if [ "$code" = 0 ]; then
    "$program" diff whole.h5 r.h5 >difference || fail "after $killed kills:" "$(cat difference)"
    finished=$((finished + 1))
    rm -rf r.h5 r.artefacts
  fi
done
if [ -e r.h5 ]; then
  "$mpirun" 3 "$program" run study.toml "${settings[@]}" --resume --results "$folder/r.h5" >out 2>&1 || fail "the last resume fails" "$(cat out)"
  "$program" diff whole.h5 r.h5 >difference || fail "after $killed kills:" "$(cat difference)"
  finished=$((finished + 1))
fi
echo "$killed kills, $finished studies finished, each without a difference from $whole ms without a kill"
