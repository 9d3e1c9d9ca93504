#!/usr/bin/env bash
# tail.sh PROGRAM MPIRUN STUDY: of two ranks the quick one evaluates for the slow one when its own islands have ended, and the rows are
# those of one rank.
set -euo pipefail
program=$1 mpirun=$2 study=$3
# shellcheck source=tests/app/refuse.sh
source "$(dirname "$0")/refuse.sh"
unset ARCHIPEL_PINNED   # bits are compared
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# helped FILE RANK: rows of the first four islands that ranks from RANK on evaluated.
helped() {
  /usr/bin/python3 -c 'import sys, h5py
run = h5py.File(sys.argv[1])["stages/0-search/run"][:4]
print(((run["attempts"] > 0) & (run["rank"] >= int(sys.argv[2]))).sum())' "$1" "$2"
}

settings=(--set stage.0.budget.evaluations=240 --set stage.0.migration.interval=4)
"$program" run "$study" --quiet --results one.h5 "${settings[@]}"
"$mpirun" 2 "$program" run "$study" --quiet --results two.h5 "${settings[@]}" --set 'run.delay=[0.05,0]'
"$program" diff one.h5 two.h5 || fail "help at the end changed rows"
for kind in nes cmaes local; do   # what samples and what climbs; candidates that are lent have their operators
  settings=(--set stage.0.budget.evaluations=120 --set "stage.0.strategy.0.kind=$kind")
  "$program" run "$study" --quiet --results "$kind-1.h5" "${settings[@]}"
  "$mpirun" 2 "$program" run "$study" --quiet --results "$kind-2.h5" "${settings[@]}" --set 'run.delay=[0.05,0]'
  "$program" diff "$kind-1.h5" "$kind-2.h5" || fail "help at the end changed rows of $kind"
done
[ "$(helped two.h5 1)" -ge 10 ] || fail "the second rank evaluated $(helped two.h5 1) rows of the first one's islands"
