#!/usr/bin/env bash
# fruitless.sh PROGRAM MPIRUN [train]: a study of which no candidate succeeds ends with 2 if the study is to blame, with 1 if the
# machine is, and says why, also when it is resumed; scripts can tell by `status --exit-code`, and jobs by keep_going.
set -euo pipefail
program=$1 mpirun=$2 train=${3:-}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/app/refuse.sh
. "$here/refuse.sh"
# shellcheck source=tests/app/small_study.sh
. "$here/small_study.sh"
unset SLURM_JOB_ID SLURM_JOB_END_TIME
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# fruitless CODE TEXT OPTION...: on one rank, resumed on two, and by keep_going.
fruitless() {
  local expected=$1 text=$2 ranks
  shift 2
  rm -rf r.h5 r.artefacts
  for ranks in 1 2; do
    under "$ranks" run study.toml --quiet --results r.h5 --resume-if-present "$@"
    [ "$code" = "$expected" ] || fail "$* on $ranks ranks: exit $code, expected $expected" "$output"
    [ "$(grep -c '^archipel: ' <<<"$output")" = 1 ] || fail "$*: not one message:" "$output"
    [[ $output == *"archipel: r.h5: no candidate succeeded; $text"* ]] || fail "$*: no word of '$text':" "$output"
  done
  under 1 status --exit-code r.h5
  [ "$code" = 4 ] || fail "status: exit $code" "$output"
  [[ $output == *"r.h5: finished, but no candidate succeeded; $text"* ]] || fail "status:" "$output"
  code=0
  bash -euc '. "$1"; shift; keep_going "$@"' - "$here/../../jobs/keep_going.sh" "$program" r.h5 false >out 2>&1 || code=$?
  [ "$code" = 1 ] || fail "keep_going of a fruitless study: exit $code" "$(cat out)"
  grep -q 'no candidate succeeded' out || fail "keep_going does not say why:" "$(cat out)"
}

if [ "$train" = train ]; then
  small_study "$program"
  fruitless 2 'stage 0-search: 2 diverged; ' --set training.learning_rate=100 --set training.weight_decay=10 \
    --set stage.0.fidelity.epochs=10
  [[ $output == *'lower training.learning_rate'* ]] || fail "no remedy:" "$output"
  under 2 compare study.toml --strategies evolution --seeds 2 --set training.learning_rate=100 \
    --set training.weight_decay=10 --set stage.0.fidelity.epochs=10
  [ "$code" = 2 ] || fail "a fruitless tournament: exit $code" "$output"
  [[ $output == *'archipel: no candidate of any search succeeded'* ]] || fail "a fruitless tournament:" "$output"
  exit 0
fi
long_study | sed 's/2_000_000/80/' >study.toml
fruitless 1 'stage 0-search: ' --set stage.0.budget.seconds=0.000001
under 1 run study.toml --quiet --results none --set stage.0.budget.seconds=0.000001
[ "$code" = 2 ] || fail "without results: exit $code" "$output"
