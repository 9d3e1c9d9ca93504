#!/usr/bin/env bash
# replaced.sh PROGRAM MPIRUN [train]: the results file of a run on 1 and 4 ranks is replaced by a copy, as programs that synchronise folders do it, or
# removed: the run ends with exit 1 and one message, its rows are saved beside the file, and a resume of them ends with the bits of a
# run that nobody disturbed. One that is overwritten in place by an old copy ends with exit 1, too; with train also one whose weights
# are removed.
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
cat >study.toml <<'TOML'
evaluator = { kind = "function", function = { name = "sphere", dimensions = 4 } }
space.kind = "genes"
[[stage]]
islands = 4
budget.evaluations = 200
TOML
"$program" run study.toml --quiet --results whole.h5 >/dev/null

rows() { "$program" status "$1" | sed -n 's/^stage 0-search: [a-z ]*, \([0-9]*\) .*/\1/p'; }

# disturbed RANKS COMMAND...: a run, and the command once it has rows. Sets code, and `before`, the rows before the command.
disturbed() {
  local ranks=$1 job tries
  shift
  rm -f r.* old.h5
  timeout -k 1 60 "$mpirun" "$ranks" "$program" run study.toml --quiet --results "$folder/r.h5" --set results.sync=0.1 \
    --set evaluator.function.sleep="$(awk -v ranks="$ranks" 'BEGIN { print 0.03 * ranks }')" >out 2>&1 &
  job=$!
  for ((tries = 0; tries < 1000; ++tries)); do
    before=$(rows r.h5 2>/dev/null || true)
    [ "${before:-0}" -lt 20 ] || break
    sleep 0.05
  done
  [ "${before:-0}" -ge 20 ] || fail "$ranks ranks, $*: it has no rows yet" "$(cat out)"
  "$@"
  for ((tries = 0; tries < 300; ++tries)); do
    pgrep -f "^$program run .*$folder/r.h5" >/dev/null || break
    sleep 0.1
  done
  [ "$tries" -lt 300 ] || fail "$ranks ranks, $*: ranks go on" "$(cat out)"
  code=0
  wait "$job" || code=$?
  [ "$code" = 1 ] || fail "$ranks ranks, $*: exit $code" "$(cat out)"
  [ "$(grep -c '^archipel: ' out)" = 1 ] || fail "$ranks ranks, $*: no message, or several" "$(cat out)"
}
replace() { cp r.h5 copy && sleep 0.5 && mv copy r.h5; }
overwrite() { cp r.h5 old.h5 && sleep 0.5 && cp old.h5 r.h5; }

for ranks in 1 4; do
  disturbed $ranks replace
  grep -q 'r.h5: another file took its place while the study ran; all rows of this run are saved in .*r.rescued.h5' out || fail "$(cat out)"
  [ "$(rows r.rescued.h5)" -gt "$(rows r.h5)" ] || fail "$(rows r.rescued.h5) rows are saved, $(rows r.h5) are in the copy"
  [ "$(echo r.*)" = "r.h5 r.rescued.h5" ] || fail "there are" r.*
  refused 1 2 'mv r.rescued.h5 r.h5' study.toml --quiet --results r.h5 --resume
  mv r.rescued.h5 r.h5
  "$program" run study.toml --quiet --results r.h5 --resume >/dev/null
  "$program" diff whole.h5 r.h5 >out || fail "$(cat out)"

  disturbed $ranks rm r.h5
  grep -q 'r.h5: was removed while the study ran; all rows of this run are saved in .*r.rescued.h5' out || fail "$(cat out)"
  [ "$(rows r.rescued.h5)" -ge "$before" ] || fail "$(rows r.rescued.h5) rows are saved of $before"
  refused 1 2 'mv r.rescued.h5 r.h5' study.toml --quiet --results r.h5
done
disturbed 2 overwrite
grep -q 'another program wrote into' out || fail "$(cat out)"
"$program" run study.toml --quiet --results r.h5 --resume >/dev/null
"$program" diff whole.h5 r.h5 >out || fail "$(cat out)"

[ "${3:-}" = train ] || exit 0
head -c 20000 /dev/urandom >pixels
migrating_study pixels
sed -i '$ s/.*/fidelity.epochs = 100/' study.toml
rm -f r.*
"$program" run study.toml --quiet --results r.h5 >out 2>&1 &
job=$!
weights() { find r.artefacts -maxdepth 1 -type f -name '*[0-9a-f]' ! -name '*.partial*' 2>/dev/null; }
for ((tries = 0; tries < 2000; ++tries)); do
  [ -z "$(weights)" ] || break
  sleep 0.02
done
rm -r r.artefacts
code=0
wait "$job" || code=$?
[ "$code" = 1 ] || fail "the weights of a finalist are gone: exit $code" "$(cat out)"
[ "$(grep -c '^archipel: .*r.artefacts/' out)" = 1 ] || fail "no message that names them" "$(cat out)"
"$program" run study.toml --quiet --results r.h5 --resume >out 2>&1 || fail "the resume without weights" "$(cat out)"
"$program" verify r.h5 >out || fail "$(cat out)"
