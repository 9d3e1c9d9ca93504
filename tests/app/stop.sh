#!/usr/bin/env bash
# stop.sh PROGRAM MPIRUN [train]: a run that is asked to stop (by its signal, or because its Slurm job ends) finishes or abandons its
# evaluations within the grace, commits, and leaves with 3; a resume on another number of ranks ends with the same bits. With
# `train`: trainings that are stopped or killed go on from their checkpoints.
set -euo pipefail
program=$1 mpirun=$2 train=${3:-}
# shellcheck source=tests/app/refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
# shellcheck source=tests/app/small_study.sh
. "$(dirname "${BASH_SOURCE[0]}")/small_study.sh"
unset ARCHIPEL_PINNED SLURM_JOB_END_TIME
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# attempts: evaluations begun, as r.h5 notes them. blamed: those of them that a death of the program would be blamed on.
attempts() { ask 'run["attempts"].sum()'; }
blamed() { ask '(run["attempts"] - run["failures"])[rows["outcome"] == 0].sum()'; }
ask() {
  /usr/bin/python3 - "$1" <<'PYTHON'
import sys, h5py
with h5py.File("r.h5") as file:
    run, rows = (file["stages/0-search"][name][:] for name in ("run", "rows"))
places = min(run.shape[1], rows.shape[1])
run, rows = run[:, :places], rows[:, :places]
print(eval(sys.argv[1]))
PYTHON
}

# begin RANKS OPTION...: a run of study.toml into r.h5 in the background, once it has begun an evaluation; `job` is its launcher.
begin() {
  local ranks=$1 before=0
  shift
  [ ! -e r.h5 ] || before=$(attempts)
  setsid "$mpirun" "$ranks" "$program" run study.toml --resume-if-present --results "$folder/r.h5" "$@" >out 2>&1 &
  job=$!
  for ((tries = 0; tries < 200; ++tries)); do
    if [ -e r.h5 ] && [ "$(attempts)" -gt "$before" ]; then return; fi
    kill -0 "$job" 2>/dev/null || return 0   # it has stopped already: `stopped` looks at how
    sleep 0.05
  done
  fail "$ranks ranks: no evaluation begins" "$(cat out)"
}
# stopped WHAT MOST_MS: the run ends with 3 in time, says so, leaves no process and blames no candidate.
stopped() {
  local code=0 asked took
  asked=$(date +%s%N)
  wait "$job" || code=$?
  took=$((($(date +%s%N) - asked) / 1000000))
  [ "$code" = 3 ] || fail "$1: exit $code" "$(cat out)"
  [ "$took" -le "$2" ] || fail "$1: took $took ms to end" "$(cat out)"
  ! pgrep -f "^$program run .*$folder/r.h5" >/dev/null || fail "$1: processes are left"
  grep -q "stopped (" out || fail "$1: no word of stopping:" "$(cat out)"
  [ "$(blamed)" = 0 ] || fail "$1: blames $(blamed) candidates"
  code=0
  "$program" status --exit-code r.h5 >out || code=$?
  [ "$code" = 3 ] || fail "$1: status $code" "$(cat out)"
}

if [ "$train" != train ]; then
  # Evaluations of 5 ms: every rank finishes its own.
  long_study | sed 's/2_000_000/6_000/; s/sleep = 0.002/sleep = 0.005/' >study.toml
  "$mpirun" 4 "$program" run study.toml --quiet --results whole.h5 >/dev/null
  for ranks in 1 4; do
    begin "$ranks" --quiet
    kill -USR2 "$job"
    stopped "USR2 on $ranks ranks" 3000
  done
  begin 2 --quiet --set run.stop_signal=USR1
  kill -USR1 "$job"
  stopped "USR1" 3000

  # A rank that nobody told goes on until it waits for one that has left: that one does not wait for ever.
  begin 2 --quiet --set run.grace=0.5
  kill -USR2 "$(pgrep -f "^$program run .*$folder/r.h5" | tail -n 1)"
  stopped "one rank of two" 15000

  under 3 run study.toml --quiet --resume --results "$folder/r.h5"
  [ "$code" = 0 ] || fail "the last resume: exit $code" "$output"
  "$program" diff whole.h5 r.h5 >difference || fail "after all stops:" "$(cat difference)"
  rm -f r.h5

  # It stops by itself before its Slurm job ends.
  long_study | sed "s/2_000_000/80_000/" >study.toml
  export SLURM_JOB_END_TIME=$(($(date +%s) + 20))
  begin 3 --quiet --set run.grace=1 --set run.margin=2
  stopped "the end of the job" 30000
  [ "$(date +%s)" -lt "$SLURM_JOB_END_TIME" ] || fail "later than the job's end"
  SLURM_JOB_END_TIME=tomorrow under 4 run study.toml --resume --results "$folder/r.h5"
  if [ "$code" != 2 ] || ! grep -q 'SLURM_JOB_END_TIME = tomorrow' <<<"$output"; then fail "a wrong end: exit $code" "$output"; fi
  unset SLURM_JOB_END_TIME
  rm -f r.h5

  # Evaluations of 10 minutes: abandoned when the grace is over.
  long_study | sed 's/2_000_000/80_000/; s/sleep = 0.002/sleep = 600/' >study.toml
  begin 4 --quiet --set run.grace=1
  kill -USR2 "$job"
  stopped "a long evaluation" 5000
  rm -f r.h5
else
  head -c 20000 /dev/urandom >pixels
  rm -f ./*.h5
  small_study pixels
  sed -i 's/^fidelity.epochs = 1/fidelity.epochs = 3000/; s/^islands = 1/islands = 2/; s/evaluations = 2/evaluations = 4/' study.toml
  checkpoints() { find r.artefacts/checkpoints -type f 2>/dev/null | wc -l; }
  under 2 run study.toml --quiet --set run.checkpoint=0 --results whole.h5
  [ "$code" = 0 ] || fail "the whole study: exit $code" "$output"
  begin 2 --quiet --set run.grace=0
  kill -USR2 "$job"
  stopped "two trainings" 5000
  [ "$(checkpoints)" -ge 1 ] || fail "no checkpoint of an abandoned training"
  for ranks in 1 3 2; do
    begin "$ranks" --quiet --set run.checkpoint=0.05
    for ((tries = 0; tries < 200; ++tries)); do
      [ "$(checkpoints)" -lt 1 ] || break
      kill -0 "$job" 2>/dev/null || fail "$ranks ranks: it ended before it was killed" "$(cat out)"
      sleep 0.05
    done
    kill -KILL -- "-$job"
    pkill -KILL -f "^$program run .*$folder/r.h5" || true
    { wait "$job" || true; } 2>/dev/null
    [ "$(checkpoints)" -ge 1 ] || fail "no checkpoint after a kill on $ranks ranks"
  done
  under 3 run study.toml --quiet --resume --results "$folder/r.h5"
  [ "$code" = 0 ] || fail "the last resume: exit $code" "$output"
  "$program" diff whole.h5 r.h5 >difference || fail "stopped and killed in trainings:" "$(cat difference)"
  [ ! -e r.artefacts/checkpoints ] || fail "a finished study leaves checkpoints: $(ls r.artefacts/checkpoints)"
fi
