#!/usr/bin/env bash
# verify.sh PROGRAM MPIRUN: `verify` and `clean` on a study with training: what holds, rows evaluated again to the bit, what is
# damaged or missing, another instruction set, litter.
set -euo pipefail
program=$1 mpirun=$2
# shellcheck source=tests/app/refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
# shellcheck source=tests/app/small_study.sh
. "$(dirname "${BASH_SOURCE[0]}")/small_study.sh"
unset ARCHIPEL_PINNED
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export OMPI_MCA_orte_tmpdir_base=$folder   # programs that start and end beside this test remove the folders that they share
head -c 20000 /dev/urandom >pixels
small_study pixels
"$program" run study.toml --quiet --results r.h5 --set seed=7 >/dev/null

# expect CODE TEXT ARGUMENTS...: what the program says and how it ends.
expect() {
  local expected=$1 text=$2
  shift 2
  under 1 "$@"
  [ "$code" = "$expected" ] || fail "$*: exit $code instead of $expected" "$output"
  grep -qF -- "$text" <<<"$output" || fail "$*: no '$text'" "$output"
}
expect 0 "3 rows, 0 migrations, 1 openings of the test set, 1 artefacts, 1 final networks hold; nothing is damaged" verify r.h5
expect 0 "3 of 3 rows evaluated again are the same; nothing is damaged" verify r.h5 --sample 9
mkdir elsewhere
mv ./*images.gz ./*labels.gz elsewhere
expect 2 "images.gz" verify r.h5 --sample 1
expect 0 "1 of 1 rows evaluated again are the same" verify r.h5 --sample 1 --set "run.data_directory=$folder/elsewhere"
mv elsewhere/* .
expect 2 "there is no such results file" verify absent.h5
expect 2 "not an archipel results file" verify pixels

# Other kernels, by the environment (which the program pins) and by name; whether the latter give other bits here is what their
# canaries tell.
isa=$(fact isa r.h5)
if [ "$isa" = generic ]; then
  expect 2 "this CPU does not have it" verify r.h5 --sample 1 --set numerics.isa=avx2
else
  (
    export "${other_kernels[@]}"
    expect 0 "3 of 3 rows evaluated again are the same; nothing is damaged" verify r.h5 --sample 9
  )
  expect 0 "1 of 1 rows evaluated again are the same" verify r.h5 --sample 1 --set "numerics.isa=$isa"
  "$program" run study.toml --quiet --results avx2.h5 --set seed=7 --set numerics.isa=avx2 >/dev/null
  if [ "$(fact canary avx2.h5)" = "$(fact canary r.h5)" ]; then
    expect 0 "1 of 1 rows evaluated again are the same" verify r.h5 --sample 1 --set numerics.isa=avx2
  else
    expect 1 "use --set numerics.isa=$isa" verify r.h5 --sample 1 --set numerics.isa=avx2
    expect 1 "use --set numerics.isa=avx2" verify avx2.h5 --sample 1 --set numerics.isa=native
  fi
  expect 0 "3 of 3 rows evaluated again are the same" verify avx2.h5 --sample 9
  rm -r avx2.h5 avx2.artefacts
fi

# The compact copy.
expect 0 "r.packed.h5: " pack r.h5
expect 2 "exists already" pack r.h5
expect 0 "no difference" diff r.h5 r.packed.h5
expect 0 "nothing is damaged" verify r.packed.h5 --sample 1
expect 2 "a packed copy does not go on" run study.toml --resume --results r.packed.h5 --set seed=7
mkdir away
mv r.packed.h5 away
/usr/bin/python3 - <<'PYTHON'
import h5py, pandas
packed, whole = h5py.File("away/r.packed.h5"), h5py.File("r.h5")
rows = pandas.DataFrame(packed["stages/0-search/rows"][0])
assert (rows[rows.checksum != 0].validation_accuracy == pandas.DataFrame(whole["stages/0-search/rows"][0]).validation_accuracy[:2]).all()
model, original = packed["models/winner-1"], whole["models/winner-1"]
assert sorted(model) == sorted(original) and all((model[name][()] == original[name][()]).all() for name in model)
assert dict(model.attrs) == dict(original.attrs)
PYTHON
"$program" run study.toml --quiet --results extended.h5 --extend away/r.packed.h5 --set seed=7 >/dev/null
expect 0 "no difference" diff r.h5 extended.h5

# Rows that hold, but are not what the study gives: only an evaluation tells. Other data.
expect 1 "evaluated again it is another: key" verify r.h5 --sample 1 --set training.batch=128
seq 5000 >pixels
mkdir other
cp r.h5 other/r.h5
cp -r r.artefacts other/r.artefacts
cp ./*labels.gz other
(cd other && images 300 8 ../pixels | gzip >images.gz && images 40 8 ../pixels | gzip >test-images.gz)
expect 2 "the data differ from those it was made with (checksum data.train" verify other/r.h5 --sample 1

touch "r.artefacts/$(printf '%032d' 5)" r.artefacts/mine
expect 0 "1 files to remove" clean r.h5 --dry-run
expect 0 "an artefact that no row names" clean r.h5
expect 0 "0 files removed" clean r.h5
[ -e r.artefacts/mine ] || fail "clean removed what is not its own"
expect 0 "nothing is damaged" verify r.h5
rm r.artefacts/*[0-9a-f]
expect 1 "island 0, row 0: its artefact" verify r.h5
expect 2 "could not be told from litter" clean r.h5
under 1 run study.toml --quiet --resume --results r.h5 --set seed=7
expect 0 "nothing is damaged" verify r.h5

long_study >long.toml
"$program" run long.toml --quiet --results long.h5 >/dev/null &
job=$!
for ((tries = 0; tries < 100; ++tries)); do
  if grep -q 'under way' <<<"$("$program" status long.h5 2>/dev/null)"; then break; fi
  sleep 0.1
done
expect 2 "may be running" clean long.h5
expect 0 "0 files to remove" clean long.h5 --dry-run
expect 0 "nothing is damaged" verify long.h5
kill "$job"
{ wait "$job" || true; } 2>/dev/null
mkdir -p long.artefacts
touch "long.artefacts/$(printf '%032d' 1)"
touch -d '1 hour ago' long.h5 "long.artefacts/$(printf '%032d' 2)"
expect 0 "1: written less than 60 s ago" clean long.h5
expect 0 "0 files removed" clean long.h5
[ "$(ls long.artefacts)" = "$(printf '%032d' 1)" ] || fail "clean of a stopped study leaves" "$(ls long.artefacts)"
untested r.h5
