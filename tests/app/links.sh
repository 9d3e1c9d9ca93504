#!/usr/bin/env bash
# links.sh PROGRAM MPIRUN: a results file by the name of a symbolic link to it is the same file, with its artefacts, for every command.
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
mkdir mpi
export OMPI_MCA_orte_tmpdir_base=$folder/mpi   # programs that start and end beside this test remove the folders that they share
head -c 20000 /dev/urandom >pixels
small_study pixels
expect() {
  local expected=$1 text=$2
  shift 2
  under 1 "$@"
  [ "$code" = "$expected" ] || fail "$*: exit $code instead of $expected" "$output"
  grep -qF -- "$text" <<<"$output" || fail "$*: no '$text'" "$output"
}
mkdir real
"$program" run study.toml --quiet --results real/r.h5 >/dev/null
ln -s real/r.h5 latest.h5
ln -s latest.h5 second.h5
for link in latest.h5 second.h5; do
  expect 0 "1 artefacts, 1 final networks hold; nothing is damaged" verify $link
  expect 0 "0 files to remove" clean $link --dry-run
  expect 0 "finished" status --exit-code $link
  expect 0 "no difference" diff $link real/r.h5
done
touch "real/r.artefacts/$(printf '%032d' 1)" real/r.h5.partial-host-1-1
touch -d '1 hour ago' real/*partial* real/r.artefacts/*1
expect 0 "2 files removed" clean latest.h5
expect 0 "latest.packed.h5: " pack latest.h5
expect 0 "no difference" diff latest.packed.h5 real/r.h5
/usr/bin/python3 -c 'import h5py; assert len(h5py.File("latest.packed.h5")["models/winner-1"]) and len(h5py.File("second.h5")["models/winner-1"])'
"$program" run study.toml --quiet --results more.h5 --extend latest.h5 >/dev/null
expect 0 "no difference" diff more.h5 latest.h5
expect 0 "nothing is damaged" verify more.h5

# A resume through a link makes nothing beside the link, whatever the link is turned to meanwhile.
before=$(echo *)
"$program" run study.toml --quiet --results latest.h5 --resume >/dev/null
long_study >long.toml
"$mpirun" 2 "$program" run long.toml --quiet --results real/long.h5 --set stage.0.budget.evaluations=800 >/dev/null 2>&1 &
job=$!
for ((tries = 0; tries < 1000; ++tries)); do
  if grep -q 'under way, [1-9]' <<<"$("$program" status real/long.h5 2>/dev/null)"; then break; fi
  sleep 0.05
done
kill -KILL "$job"
{ wait "$job" || true; } 2>/dev/null
ln -s real/long.h5 running.h5
"$program" run long.toml --quiet --results running.h5 --resume --set stage.0.budget.evaluations=800 --set results.sync=0.1 >out 2>&1 &
job=$!
opened() { [[ $(find "/proc/$job/fd" -lname '*/real/long.h5' 2>/dev/null) ]]; }
until opened || ! kill -0 "$job" 2>/dev/null; do sleep 0.02; done
ln -sfn real/r.h5 running.h5
wait "$job" || fail "a run dies of a link that was turned" "$(cat out)"
expect 0 "finished" status --exit-code real/long.h5
rm running.h5 long.toml out
[ "$(echo *)" = "$before" ] || fail "beside the link there are" ./*

# A link to nothing is not taken for a file that could be made, nor for one that could be gone on with.
ln -s nowhere/r.h5 dangling.h5
expect 2 "dangling.h5: there is no such results file" status dangling.h5
expect 2 "dangling.h5: is a symbolic link to nowhere/r.h5, which is not there" run study.toml --quiet --results dangling.h5
expect 2 "dangling.h5: exists already" compare study.toml --strategies aging --seeds 2 --results dangling.h5
