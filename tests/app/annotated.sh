#!/usr/bin/env bash
# annotated.sh PROGRAM MPIRUN: other programs open results files for writing, finished, stopped and running ones: attributes, groups and data sets
# that h5py adds hide no row: all commands go on, say so, and end with the same bits. Where a data set of the study was replaced,
# all refuse.
set -euo pipefail
program=$1 mpirun=$2
# shellcheck source=tests/app/refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
# shellcheck source=tests/app/small_study.sh
. "$(dirname "${BASH_SOURCE[0]}")/small_study.sh"
unset ARCHIPEL_PINNED   # bits are compared
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export OMPI_MCA_orte_tmpdir_base=$folder   # programs that start and end beside this test remove the folders that they share
table_study 4 240 >study.toml
printf '[[stage]]\nislands = 2\nbudget.evaluations = 40\nstrategy = [{ kind = "random" }]\n' >>study.toml
h5() { /usr/bin/python3 -c "import h5py, numpy; file = h5py.File('$1', 'r+'); $2"; }
# expect CODE TEXT ARGUMENTS...
expect() {
  local expected=$1 text=$2
  shift 2
  under 1 "$@"
  [ "$code" = "$expected" ] || fail "$*: exit $code instead of $expected" "$output"
  grep -qF -- "$text" <<<"$output" || fail "$*: no '$text'" "$output"
}
changed="its metadata are not those it was made with"

"$program" run study.toml --quiet --results whole.h5 >/dev/null
notes=("file.attrs['note'] = 'for the paper'"
  "[file.attrs.__setitem__('note %d' % i, 'x' * 1000) for i in range(50)]"
  "file.create_group('mine').create_dataset('values', data=numpy.arange(100000))"
  "file['stages/0-search/rows'].attrs['unit'] = 'none'; file['stages/0-search'].create_dataset('zz', data=[1]); file['provenance'].attrs['added'] = 1")
for note in "${notes[@]}"; do
  cp whole.h5 r.h5
  h5 r.h5 "$note"
  expect 0 "$changed" status --exit-code r.h5
  expect 0 "finished" status r.h5
  expect 1 "$changed" verify r.h5
  expect 1 "no record is damaged" verify r.h5
  expect 0 "no difference" diff whole.h5 r.h5
  expect 0 "r.h5: $changed" diff whole.h5 r.h5
  expect 0 "$changed" pack r.h5
  expect 0 "nothing is damaged" verify r.packed.h5
  expect 0 "no difference" diff whole.h5 r.packed.h5
  expect 0 "0 files to remove" clean r.h5 --dry-run
  expect 0 "$changed" run study.toml --extend r.h5 --results more.h5
  expect 0 "nothing is damaged" verify more.h5
  expect 0 "no difference" diff whole.h5 more.h5
  expect 0 "$changed" run study.toml --resume --results r.h5
  expect 0 "no difference" diff whole.h5 r.h5
  rm r.* more.h5

  # While a run is between its first rows and its second stage, and after a kill.
  "$mpirun" 2 "$program" run study.toml --quiet --results r.h5 --set 'run.delay=[0.01,0.01]' >out 2>&1 &
  job=$!
  for ((tries = 0; tries < 1000; ++tries)); do
    if grep -Eq '0-search: under way, [0-9]{2,3} of' <<<"$("$program" status r.h5 2>/dev/null)"; then break; fi
    sleep 0.05
  done
  cp r.h5 stopped.h5
  h5 r.h5 "$note"
  wait "$job" || fail "a note ends the run" "$(cat out)"
  expect 0 "no difference" diff whole.h5 r.h5
  h5 stopped.h5 "$note"
  expect 3 "$changed" status --exit-code stopped.h5
  "$mpirun" 2 "$program" run study.toml --quiet --results stopped.h5 --resume >out 2>&1 || fail "$note: the resume ends" "$(cat out)"
  expect 0 "no difference" diff whole.h5 stopped.h5
  rm r.h5 stopped.h5
done

# What is not where it was made, or cannot be read, or says another study.
cp whole.h5 r.h5
h5 r.h5 "file['other'] = file['stages/0-search/ended'][...]; del file['stages/0-search/ended']; file.move('other', 'stages/0-search/ended')"
expect 1 "is not where it was made" status r.h5
expect 1 "cannot be trusted" verify r.h5
expect 2 "r.h5: damaged" run study.toml --resume --results r.h5
cp whole.h5 r.h5
h5 r.h5 "del file['space/genes']; del file['settings']"
expect 1 "damaged" status r.h5
cp whole.h5 r.h5
h5 r.h5 "file['provenance'].attrs['canary'] = 'another'"
expect 2 "r.h5" run study.toml --resume --results r.h5

# A packed copy, and a file to begin with.
"$program" pack whole.h5 >/dev/null
h5 whole.packed.h5 "file.attrs['note'] = 'for the paper'"
expect 0 "no difference" diff whole.h5 whole.packed.h5
expect 1 "no record is damaged" verify whole.packed.h5
expect 0 "whole.packed.h5: $changed" run study.toml --set 'stage.0.warm_start=["whole.packed.h5"]' --results warm.h5
