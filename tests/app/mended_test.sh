#!/usr/bin/env bash
# mended_test.sh PROGRAM MPIRUN: test files decide no row. Those that were mended before a network saw them are taken by a resume,
# also when they changed while the search ran; those that a network has seen belong to the results.
set -euo pipefail
program=$1 mpirun=$2
# shellcheck source=tests/app/refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
# shellcheck source=tests/app/small_study.sh
. "$(dirname "${BASH_SOURCE[0]}")/small_study.sh"
unset SLURM_JOB_END_TIME
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
head -c 30000 "$program" >pixels
small_study pixels
cp test-labels.gz right.gz
labels 40 3 | gzip >wrong.gz

# begun RESULTS: a run that is stopped before its first evaluation.
begun() {
  local code=0
  SLURM_JOB_END_TIME=$(date +%s) "$program" run study.toml --quiet --results "$1" >out 2>&1 || code=$?
  [ "$code" = 3 ] || fail "to be stopped at once: exit $code" "$(cat out)"
}
# resume CODE TEXT: of r.h5.
resume() {
  under 2 run study.toml --results r.h5 --resume
  [ "$code" = "$1" ] || fail "exit $code, expected $1 and '$2':" "$output"
  [[ $output == *"$2"* ]] || fail "no word of '$2':" "$output"
}

"$program" run study.toml --quiet --results whole.h5 >out 2>&1 || fail "the right files:" "$(cat out)"
cp wrong.gz test-labels.gz
begun r.h5
cp right.gz test-labels.gz
resume 0 'the test files are not those of the first start, which no network has seen: these are used'
"$program" diff whole.h5 r.h5 >out || fail "mended before the start:" "$(cat out)"
resume 0 'test_accuracy'   # it is known what it was tested on
cp wrong.gz test-labels.gz
resume 2 'r.h5: its test set was opened, and the test files are others by now'
under 1 verify r.h5 --sample 1 --set "run.data_directory=$folder"
[ "$code" = 0 ] || fail "verify wants the test files of old:" "$output"

# Another budget is another file, which tests its winner itself.
under 1 run study.toml --quiet --results more.h5 --extend r.h5
[ "$code" = 0 ] || fail "extended with other test files: exit $code" "$output"
[ "$(fact data.test_labels more.h5)" != "$(fact data.test_labels whole.h5)" ] || fail "more.h5 names the test files of old"
[ "$(fact test_inspected more.h5 | cut -d , -f 1)" = shapes ] || fail "nothing is said of the inspection"

# Changed while the search runs.
rm -rf r.h5 r.artefacts
"$program" run study.toml --results r.h5 --set 'run.delay=[1.0]' >out 2>&1 &
job=$!
until [ -e r.h5 ]; do
  kill -0 "$job" 2>/dev/null || fail "it ended before it was seen" "$(cat out)"
  sleep 0.05
done
cp right.gz test-labels.gz
code=0
wait "$job" || code=$?
[ "$code" = 2 ] || fail "changed test files: exit $code" "$(cat out)"
grep -q 'test-labels.gz: changed since this run began, and was not opened yet; the same command with --resume' out ||
  fail "changed test files:" "$(cat out)"
resume 0 'these are used'
"$program" diff whole.h5 r.h5 >out || fail "mended while it ran:" "$(cat out)"

# Other training data are others.
cp labels.gz train.gz
labels 300 3 | gzip >labels.gz
resume 2 'r.h5: the data differ from those it was made with (checksum data.train '
