#!/usr/bin/env bash
# warm_start.sh PROGRAM MPIRUN STUDY: a search that begins with the best of two others is better than without; the same on 1, 2 and 4 ranks and
# after a kill; a file that is none, or of another space, ends with 2 and makes no results. So with candidates that the study gives.
set -euo pipefail
program=$1 mpirun=$2 study=$3
# shellcheck source=tests/app/refuse.sh
source "$(dirname "$0")/refuse.sh"
unset ARCHIPEL_PINNED   # bits are compared
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cp "$study" study.toml
run() { "$program" run study.toml --quiet "$@" >/dev/null; }
best() { "$program" status "$1" | sed -n 's/.* rastrigin \([0-9.]*\).*/\1/p'; }

run --results a.h5 --set seed=5
run --results b.h5 --set seed=6
short=(--set seed=7 --set stage.0.budget.evaluations=800)
warm=("${short[@]}" --set 'stage.0.warm_start=["a.h5", "b.h5"]')
run --results cold.h5 "${short[@]}"
run --results one.h5 "${warm[@]}"
echo "best of 8,000 evaluations $(best a.h5) and $(best b.h5), of 800 $(best cold.h5), of 800 from these $(best one.h5)"
awk -v warm="$(best one.h5)" -v cold="$(best cold.h5)" 'BEGIN { exit !(warm < 0.7 * cold) }' || fail "begun warm it is no better"
for ranks in 2 4; do
  "$mpirun" "$ranks" "$program" run study.toml --quiet --results many.h5 "${warm[@]}" >/dev/null
  "$program" diff one.h5 many.h5 || fail "$ranks ranks gave other bits"
  rm -rf many.*
done
"$mpirun" 2 "$program" run study.toml --quiet --results "$folder/many.h5" "${warm[@]}" --set 'run.delay=[0.01,0.01]' >/dev/null 2>&1 &
for ((tries = 0; tries < 300; ++tries)); do
  grep -qE 'under way, [1-9][0-9]* of' <<<"$("$program" status many.h5 2>/dev/null)" && break
  sleep 0.1
done
pkill -KILL -f "$program run .*$folder/many.h5" || true
wait || true
text=$("$program" status many.h5)
grep -qE 'under way, [1-9][0-9]* of' <<<"$text" || fail "the kill did not come in the middle" "$text"
"$mpirun" 2 "$program" run study.toml --quiet --results many.h5 "${warm[@]}" --resume >/dev/null
"$program" diff one.h5 many.h5 || fail "a kill gave other bits"

refuse() {
  local wanted=$1 rc=0
  shift
  "$program" run study.toml --quiet --results refused.h5 "$@" >out 2>&1 || rc=$?
  [ "$rc" = 2 ] || fail "exit $rc instead of 2: $*" "$(cat out)"
  grep -q "$wanted" out || fail "'$wanted' is not in:" "$(cat out)"
  [ ! -e refused.h5 ] || fail "a refused study made results"
}
refuse 'nothing.h5' --set 'stage.0.warm_start=["nothing.h5"]'
refuse 'study.toml' --set 'stage.0.warm_start=["study.toml"]'
refuse 'fits' --set 'stage.0.warm_start=["a.h5"]' --set evaluator.function.name=onemax

# A space that lacks genes of the file is no wider one; a file that is another by now is not what the study went on from.
"$program" run study.toml --quiet --results wide.h5 --set seed=8 --set evaluator.function.dimensions=14 --set stage.0.budget.evaluations=100 >/dev/null
refuse 'all of its genes' --set 'stage.0.warm_start=["wide.h5"]'
cp a.h5 kept.h5
cp b.h5 a.h5
rc=0
"$program" run study.toml --quiet --results one.h5 "${warm[@]}" --resume >out 2>&1 || rc=$?
[ "$rc" = 2 ] || fail "exit $rc: another file to begin with, and a resume" "$(cat out)"
grep -q 'checksum warm.0' out || fail "it does not say that the file is another" "$(cat out)"
mv kept.h5 a.h5
"$program" run study.toml --results third.h5 "${warm[@]}" >out
grep -q 'stage 0: begins with [1-9][0-9]* candidates of other results files' out || fail "it does not say what it begins with" "$(cat out)"

# Rows of a study that began so are evaluated again like all others, also without the files.
"$program" verify one.h5 --sample 3 >out || fail "verify of a study that began warm" "$(cat out)"
grep -q '3 of 3 rows evaluated again are the same' out || fail "$(cat out)"

# What the files held counts, not their names: resume, diff, verify and --extend of a study whose files have moved.
short=(--set seed=9 --set stage.0.budget.evaluations=200)
warm=("${short[@]}" --set 'stage.0.warm_start=["a.h5"]')
moved=("${short[@]}" --set 'stage.0.warm_start=["archive/old.h5"]')
run --results two.h5 "${warm[@]}"
"$program" run study.toml --quiet --results stopped.h5 "${warm[@]}" --set 'run.delay=[0.01]' >out 2>&1 &
job=$!
for ((tries = 0; tries < 300; ++tries)); do
  if grep -qE 'under way, [1-9][0-9]* of' <<<"$("$program" status stopped.h5 2>/dev/null)"; then break; fi
  sleep 0.1
done
kill -KILL "$job"
{ wait "$job" || true; } 2>/dev/null
mkdir archive
mv a.h5 archive/old.h5
refuse 'stage.0.warm_start: .*a.h5: there is no such results file' "${warm[@]}"
run --results stopped.h5 "${moved[@]}" --resume
"$program" diff two.h5 stopped.h5 || fail "the files that it began with have moved: other bits"
run --results three.h5 "${moved[@]}"
"$program" diff two.h5 three.h5 || fail "the names of files to begin with are compared"
"$program" verify two.h5 --sample 2 >out || fail "the file to begin with has moved" "$(cat out)"
run --results more.h5 --extend two.h5 "${moved[@]}" --set stage.0.budget.evaluations=300
run --results without.h5 "${short[@]}"
"$program" diff two.h5 without.h5 >out && fail "a study that began with nothing is the same"
grep -q 'setting: settings, stage.0.warm_start' out || fail "diff does not say that one began warm" "$(cat out)"

# A file that a run may be writing is no beginning.
"$program" run study.toml --quiet --results running.h5 --set 'run.delay=[0.01]' >out 2>&1 &
job=$!
for ((tries = 0; tries < 300; ++tries)); do
  if grep -qE 'under way, [1-9][0-9]* of' <<<"$("$program" status running.h5 2>/dev/null)"; then break; fi
  sleep 0.1
done
refuse 'running.h5: was written .* s ago and may be running' "${short[@]}" --set 'stage.0.warm_start=["running.h5"]'
kill -KILL "$job"
{ wait "$job" || true; } 2>/dev/null
touch -d '1 hour ago' running.h5
run --results four.h5 "${short[@]}" --set 'stage.0.warm_start=["running.h5"]' 2>out || fail "a stopped study is no beginning"

# Candidates of one's own: each island begins with some, and none is wrong in silence.
given=(--set 'stage.0.given=["x.1=0.5, x.2=-1", "x.1=1e-3", "x.2=0"]' --set stage.0.islands=2 --set stage.0.budget.evaluations=40 --set stage.0.migration.topology=ring)
"$program" run study.toml --results given.h5 "${given[@]}" >out
grep -q 'stage 0: begins with 3 given candidates' out || fail "it does not say what it begins with" "$(cat out)"
/usr/bin/python3 -c 'import h5py
rows = h5py.File("given.h5")["stages/0-search/rows"]
begin = [[(row["x.1"], row["x.2"], row["x.3"]) for row in rows[island] if row["op"] == 4] for island in range(2)]
assert begin == [[(0.5, -1, -5.12), (-5.12, 0, -5.12)], [(1e-3, -5.12, -5.12)]], begin'
"$mpirun" 2 "$program" run study.toml --quiet --results given2.h5 "${given[@]}" >/dev/null
"$program" diff given.h5 given2.h5 || fail "2 ranks gave other bits"
refuse 'stage.0.given.1: x.11 is no gene' --set 'stage.0.given=["x.1=1", "x.11=1"]'
refuse 'stage.0.given.0: x.1 = 6: allowed -5.12 to 5.12' --set 'stage.0.given=["x.1=6"]'
refuse 'stage.0.given.1: the same as given.0' --set 'stage.0.given=["x.1=1", "x.1=1.0"]'
