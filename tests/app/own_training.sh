#!/usr/bin/env bash
# own_training.sh PROGRAM MPIRUN: what a stage's fidelity says of optimiser, learning rate and batch holds in this stage as [training]
# would, and in no other; verify trains its rows the same way.
set -euo pipefail
program=$1 mpirun=$2
# shellcheck source=refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
# shellcheck source=small_study.sh
. "$(dirname "${BASH_SOURCE[0]}")/small_study.sh"
unset ARCHIPEL_PINNED   # bits are compared
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

head -c 20000 /dev/urandom >pixels
small_study pixels
settings=(--set training.shards=1)
# values NAME OPTIONS...: NAME.csv, the rows of a run, and NAME-0.csv, NAME-1.csv, those of each stage.
values() {
  local name=$1
  shift
  "$mpirun" 2 "$program" run study.toml --quiet --results "$name.h5" "${settings[@]}" "$@" >out || fail "$name:" "$(cat out)"
  for stage in 0 1; do "$program" rows "$name.h5" --stage "$stage" | tail -n +2 >"$name-$stage.csv"; done
}
own() {   # own STAGE
  printf -- '--set stage.%s.fidelity.%s ' "$1" optimiser=adamw "$1" learning_rate=0.02 "$1" batch=32
}
values plain
values everywhere --set training.optimiser=adamw --set training.learning_rate=0.02 --set training.batch=32
# shellcheck disable=SC2046
values each $(own 0) $(own 1)
# shellcheck disable=SC2046
values first $(own 0)
for name in each first; do cmp everywhere-0.csv $name-0.csv || fail "stage 0 of $name is not trained its own way"; done
cmp everywhere-1.csv each-1.csv || fail "stage 1 of each is not trained its own way"
! cmp -s plain-0.csv first-0.csv || fail "what a stage has of its own changes nothing"
! cmp -s everywhere-1.csv first-1.csv || fail "what stage 0 has of its own holds in stage 1"
"$program" verify first.h5 --sample 3 >out || fail "verify:" "$(cat out)"
