#!/usr/bin/env bash
# keep_going.sh PROGRAM MPIRUN: what jobs/keep_going.sh does with a run that ends, fails, brings nothing or is asked to stop.
set -euo pipefail
program=$(realpath "$1") mpirun=$(realpath "$2") here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/app/refuse.sh
. "$here/../app/refuse.sh"
# shellcheck source=tests/app/small_study.sh
. "$here/../app/small_study.sh"
unset SLURM_JOB_ID SLURM_JOB_END_TIME
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
long_study | sed 's/2_000_000/4000/' >study.toml
run=("$program" run study.toml --quiet --resume-if-present --results "$folder/r.h5")
"$program" run study.toml --quiet --set evaluator.function.sleep=0 --results whole.h5 >/dev/null

cat >keep.sh <<'EOT'
. "$1/../../jobs/keep_going.sh"
shift
code=0
keep_going "$@" || code=$?
echo "asked by '$asked_by'"
exit "$code"
EOT
# keep CODE TEXT COMMAND...: keep_going with COMMAND returns CODE and says TEXT.
keep() {
  local code=0 expected=$1 text=$2
  shift 2
  bash -eu keep.sh "$here" "$program" r.h5 "$@" >out 2>&1 || code=$?
  [ "$code" = "$expected" ] || fail "$*: exit $code, expected $expected" "$(cat out)"
  grep -qF -- "$text" out || fail "$*: no word of '$text'" "$(cat out)"
}
starts() { wc -l <starts; }
# A command that notes its starts. dies: of a kill, while it has died fewer than twice; the run has committed rows by then.
cat >noted.sh <<'EOT'
echo start >>starts
[ "$1" = dies ] || exec "$@"
shift
[ "$(wc -l <starts)" -le 2 ] || exec "$@"
timeout -s KILL 3 "$@"
EOT
chmod +x noted.sh
noted=(bash noted.sh)

keep 2 "islands" "${noted[@]}" "${run[@]}" --set stage.0.islands=0
[ "$(starts)" = 1 ] || fail "wrong input was tried $(starts) times"
rm starts

keep 7 "Two restarts brought nothing" "${noted[@]}" bash -c 'exit 7'
[ "$(starts)" = 3 ] || fail "$(starts) starts that bring nothing"
rm starts
keep 1 "Two restarts brought nothing" true
rm r.restarts

keep 0 "ended with code 137" "${noted[@]}" dies "${run[@]}"
[ "$(starts)" = 3 ] || fail "$(starts) starts after two deaths" "$(cat out)"
"$program" diff whole.h5 r.h5 >/dev/null || fail "other bits after two deaths"
rm starts
[ ! -e r.restarts ] || fail "a finished study leaves r.restarts"

keep 0 "This study is finished" "${noted[@]}" "${run[@]}"
[ ! -e starts ] || fail "a finished study was started"

rm r.h5
ARCHIPEL_RESTARTS=1 keep 137 "Restarted 1 times" "${noted[@]}" dies "${run[@]}"
[ "$(starts)" = 2 ] || fail "$(starts) starts with one restart allowed"
rm starts r.h5

head -c 5000 whole.h5 >r.h5
keep 1 "not readable results" "${noted[@]}" "${run[@]}"
[ ! -e starts ] || fail "results that cannot be read were gone on with"
rm r.h5

rows() { { "$program" status r.h5 2>/dev/null || true; } | sed -n 's/^stage .*, \([0-9]*\) .*rows, .*/\1/p'; }
# keep_on SLEEP: keep_going in the background, with evaluations of SLEEP s. Sets job.
keep_on() {
  bash -eu keep.sh "$here" "$program" r.h5 "$mpirun" 2 "${run[@]}" --set evaluator.function.sleep="$1" >out 2>&1 &
  job=$!
}
# keep_until SLEEP NEW_ROWS: the same, until it has written NEW_ROWS.
keep_until() {
  local rows
  rows=$(($(rows) + $2))
  keep_on "$1"
  for ((tries = 0; tries < 100; ++tries)); do
    if [ -e r.h5 ] && [ "$(rows)" -ge "$rows" ]; then break; fi
    sleep 0.1
  done
}
# ended: waits for the job. Sets code and took, in ms.
ended() {
  code=0 took=$(date +%s%N)
  wait "$job" || code=$?
  took=$((($(date +%s%N) - took) / 1000000))
  ! pgrep -f "^$program run .*$folder/r.h5" >/dev/null || fail "$1: processes are left"
}
for signal in TERM HUP USR1 USR2; do
  keep_until 0.01 1
  kill -s "$signal" "$job"
  ended "$signal"
  if [ "$code" != 3 ] || ! grep -q "asked by '$signal'" out || ! grep -q 'stopped (signal USR2)' out; then fail "$signal: exit $code" "$(cat out)"; fi
done
[ -e r.restarts ] || fail "nothing to judge the next start by"

# A wish that comes while the launcher starts, which may forget it.
for seconds in 0.1 0.3; do
  rm -f r.h5 r.restarts
  keep_on 0.05
  for ((tries = 0; tries < 100; ++tries)); do
    [ ! -e r.restarts ] || break
    sleep 0.05
  done
  sleep "$seconds"
  kill -s TERM "$job"
  ended "TERM $seconds s after the start"
  if [ "$code" != 3 ] || [ "$took" -gt 5000 ]; then fail "TERM $seconds s after the start: exit $code after $took ms" "$(cat out)"; fi
done
keep 3 "ended with code 9 after TERM" bash -c "trap '' USR2; kill -s TERM \$PPID; sleep 0.5; trap 'exit 9' USR2; sleep 3 & wait"

set -m   # otherwise INT is ignored in the background
rm -f r.h5
keep_until 600 0
sleep 1
kill -s INT "$job"
sleep 2
pgrep -f "^$program run .*$folder/r.h5" >/dev/null || fail "one INT does not wait for the grace" "$(cat out)"
kill -s INT "$job"
ended "INT twice"
if [ "$code" != 3 ] || [ "$took" -gt 5000 ]; then fail "INT twice: exit $code after $took ms" "$(cat out)"; fi
