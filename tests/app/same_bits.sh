#!/usr/bin/env bash
# same_bits.sh PROGRAM MPIRUN STUDY|table [--set key=value]...: the study on 1, 2, 3 and 4 ranks, with delays injected by rank, gives files
# without a difference; with another seed there is one, and `diff` says where. Elites migrate, unless --set says topology none.
set -euo pipefail
program=$1 mpirun=$2 study=$3
shift 3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

if [ "$study" = table ]; then
  # shellcheck source=tests/app/small_study.sh
  source "$(dirname "$0")/small_study.sh"
  cd "$folder"
  table_study 6 300 >study.toml
  study=$folder/study.toml
fi

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

for ranks in 1 2 3 4; do
  "$mpirun" "$ranks" "$program" run "$study" "$@" --set 'run.delay=[0.001,0.02,0.005,0.01]' --quiet --results "$folder/$ranks.h5"
  "$program" diff "$folder/1.h5" "$folder/$ranks.h5" || fail "$ranks ranks gave other bits than 1"
done
"$program" status --exit-code "$folder/4.h5" || fail "the study is not finished"
compared=$("$program" diff "$folder/1.h5" "$folder/4.h5")
[[ $compared =~ ([0-9]+)\ migrations\ compared ]] || fail "diff does not count migrations:" "$compared"
if [[ " $* " == *" stage.0.migration.topology=none "* ]]; then
  [ "${BASH_REMATCH[1]}" = 0 ] || fail "migrations without a topology:" "$compared"
else
  [ "${BASH_REMATCH[1]}" -gt 0 ] || fail "no migrations: nothing of their order was tested" "$compared"
fi

"$program" run "$study" "$@" --set seed=4711 --quiet --results "$folder/seed.h5"
code=0
found=$("$program" diff "$folder/1.h5" "$folder/seed.h5") || code=$?
[ "$code" = 1 ] || fail "another seed, but diff exits with $code"
grep -q 'ask' <<<"$found" || fail "diff does not say which row is the first to differ:" "$found"
