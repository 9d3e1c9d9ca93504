#!/usr/bin/env bash
# compare.sh PROGRAM MPIRUN STUDY: a tournament prints the same and writes the same on 1, 2 and 3 ranks; evolution is better than random
# search and than itself with shuffled scores; one that was killed goes on; mistakes end with 2.
set -euo pipefail
program=$1 mpirun=$2 study=$3
# shellcheck source=tests/app/refuse.sh
source "$(dirname "$0")/refuse.sh"
unset ARCHIPEL_PINNED   # bits are compared
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

common=("$study" --set stage.0.budget.evaluations=1600 --set stage.0.migration.interval=8 --seeds 12 --shuffled)
entries=aging,study,study+migration.topology=none,evolution+population=6+tournament=2
for ranks in 1 2 3; do
  "$mpirun" "$ranks" "$program" compare "${common[@]}" --strategies "$entries" --results "$ranks.h5" |
    grep -v 'searches done' >"$ranks.txt"
  cmp 1.txt "$ranks.txt" || fail "$ranks ranks print another tournament"
  /usr/bin/python3 - "$ranks.h5" <<'PY' >"$ranks.values"
import sys, h5py
file = h5py.File(sys.argv[1])
for name in ("runs", "curves", "tests"):
    print(name, file[name].dtype.names)
    for row in file[name][()]: print(list(row))
PY
  cmp 1.values "$ranks.values" || fail "$ranks ranks write another tournament"
done
cat 1.txt
[ "$(grep -c '^\[' 1.values)" -gt 1000 ] || fail "the file lacks rows"
grep -qE '^aging .* better' 1.txt || fail "aging evolution is not better than random search"
grep -qE '^study .* better' 1.txt || fail "the study is not better than random search"
grep -qE '^aging \(shuffled\) .* worse' 1.txt || fail "with shuffled scores aging evolution is as good"

# until_kept FOLDER: searches are kept there.
until_kept() {
  for ((tries = 0; tries < 600; ++tries)); do
    [ "$( (cat "$1"/* 2>/dev/null || true) | wc -c)" -le 500 ] || return 0
    sleep 0.05
  done
  fail "nothing was kept in $1 within 30 s" "$(cat out)"
}

# Killed in the middle, on two ranks, it goes on where it was, on three.
slow=("$study" --set stage.0.budget.evaluations=60000 --seeds 6 --strategies "evolution,evolution+population=6" --results k.h5)
setsid "$mpirun" 2 "$program" compare "${slow[@]}" >out 2>&1 &
job=$!
until_kept k.h5.searches
kill -KILL -- "-$job" 2>/dev/null || true
pkill -KILL -f "^$program compare .*--results k.h5" || true
{ wait "$job" || true; } 2>/dev/null
[ ! -e k.h5 ] || fail "it had ended before it was killed: raise its budget"
printf 'garbage' >>"$(find k.h5.searches -name '*rank-1*' -print -quit)"
"$mpirun" 3 "$program" compare "${slow[@]}" >out 2>&1 || fail "after a kill" "$(cat out)"
grep -qE '[0-9]+ of 18 searches are there from an earlier start' out || fail "it began anew" "$(cat out)"
[ ! -e k.h5.searches ] || fail "the journal stays"
"$program" compare "${slow[@]:0:${#slow[@]}-1}" whole.h5 >whole.txt
/usr/bin/python3 - <<'PY' || fail "the tournament differs from one that nobody killed"
import h5py
a, b = h5py.File("k.h5"), h5py.File("whole.h5")
for name in ("runs", "curves", "tests"):
    assert (a[name][()] == b[name][()]).all(), name
assert a["provenance"].attrs["program"] == b["provenance"].attrs["program"]
PY

# What is kept is believed for the same searches alone: of another budget none is. The user's files stay.
small=("$study" --set stage.0.migration.topology=none --strategies evolution --results)
"$program" compare "${small[@]}" j.h5 --seeds 200 --set stage.0.budget.evaluations=8000 >out 2>&1 &
job=$!
until_kept j.h5.searches
kill -KILL "$job"
{ wait "$job" || true; } 2>/dev/null
[ ! -e j.h5 ] || fail "it had ended before it was killed: raise its seeds"
echo mine >j.h5.searches/notes.txt
mkfifo j.h5.searches/rank-fifo
"$program" compare "${small[@]}" j.h5 --seeds 3 --set stage.0.budget.evaluations=800 >out 2>&1 || fail "another budget" "$(cat out)"
! grep -q 'from an earlier start' out || fail "searches of another budget were believed" "$(cat out)"
[ "$(cat j.h5.searches/notes.txt)" = mine ] || fail "a file of the user's is gone"

"$program" compare "$study" --set stage.0.budget.evaluations=80 --seeds 2 --strategies 'portfolio+members=["nes","local"],evolution' --results p.h5 >out 2>&1 ||
  fail "commas within brackets" "$(cat out)"
/usr/bin/python3 - <<'PY' || fail "the file does not say what was compared"
import h5py
file = h5py.File("p.h5")
settings = {row["entry"].decode(): row["settings"].decode() for row in file["entries"]}
assert set(settings) == {'random', 'portfolio+members=["nes","local"]', "evolution"}, settings.keys()
assert 'members = ["nes", "local"]' in settings['portfolio+members=["nes","local"]']
assert "[[stage]]" in file["study"][0]["text"].decode()
PY

refuse() {
  local wanted=$1 rc=0
  shift
  "$program" compare "$@" >out 2>&1 || rc=$?
  [ "$rc" = 2 ] || fail "exit $rc instead of 2: $*" "$(cat out)"
  grep -q "$wanted" out || fail "'$wanted' is not in:" "$(cat out)"
}
refuse 'strategies best: .*one of' "$study" --strategies best
refuse 'populatoin' "$study" --strategies aging+populatoin=3
refuse 'key=value' "$study" --strategies aging+population
refuse 'fidelity.epochs=3.*equal for all' "$study" --strategies study,study+fidelity.epochs=3
refuse 'budget.evaluations=80.*equal for all' "$study" --strategies aging+budget.evaluations=80
refuse 'at least two names in stage.0.objectives' "$study" --strategies nsga3
refuse 'equal budget' "$study" --strategies aging --set stage.0.budget.seconds=1
refuse 'twice' "$study" --strategies aging,aging
refuse 'empty' "$study" --strategies ''
refuse 'besides random' "$study" --strategies random
refuse 'strategies' "$study"
refuse 'seeds' "$study" --strategies aging --seeds 1
refuse '1.h5: exists already' "$study" --strategies aging --results 1.h5
refuse 'no folder' "$study" --strategies aging --results nowhere/1.h5

# Where random search wins there are tests as well; several objectives are compared by hypervolume.
"$program" compare "$study" --set stage.0.budget.evaluations=16 --seeds 9 --strategies aging+population=2+tournament=1,evolution --results few.h5 >few.txt
/usr/bin/python3 -c 'import h5py; assert len(h5py.File("few.h5")["tests"]) >= 2' || fail "no tests where there is little to tell"
"$program" compare --strategies nsga2,evolution "$study" --seeds 10 --set stage.0.budget.evaluations=2000 --set evaluator.function.name=zdt1 \
  --set 'stage.0.objectives=["f1", "f2"]' --set stage.0.islands=1 --set stage.0.migration.topology=none --set stage.0.strategy.0.population=40 | tee fronts.txt
grep -q '^rastrigin: hypervolume (more is better)' fronts.txt || fail "several objectives are not compared by hypervolume"
grep -qE '^nsga2 .* better' fronts.txt || fail "nsga2 finds no better fronts than random search"
