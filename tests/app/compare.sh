#!/usr/bin/env bash
# compare.sh PROGRAM MPIRUN STUDY: a tournament prints the same and writes the same on 1, 2 and 3 ranks; evolution is better than random
# search and than itself with shuffled scores; mistakes end with 2.
set -euo pipefail
program=$1 mpirun=$2 study=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

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

refuse() {
  local wanted=$1 rc=0
  shift
  "$program" compare "$@" >out 2>&1 || rc=$?
  [ "$rc" = 2 ] || fail "exit $rc instead of 2: $*" "$(cat out)"
  grep -q "$wanted" out || fail "'$wanted' is not in:" "$(cat out)"
}
refuse 'one of' "$study" --strategies best
refuse 'populatoin' "$study" --strategies aging+populatoin=3
refuse 'strategies' "$study"
refuse 'seeds' "$study" --strategies aging --seeds 1
