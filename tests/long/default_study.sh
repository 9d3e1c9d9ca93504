#!/usr/bin/env bash
# default_study.sh FOLDER SEED...: what the default study reaches, and what each of its parts is worth, at equal FLOPs in the same
# space. For each seed, in FOLDER: the study; the same with random search; with selection off (evolution whose parents, survivors and
# migrants are random); without migration; and a network made by hand that gets all the FLOPs in one training. The last training of a
# control has as many epochs as the study's FLOPs are still worth: first the control is run with one last epoch (-short), then its winner is
# trained alone. Prints accuracies, and the mean of each difference with its 95 % interval over the seeds.
# Runs that are finished are not run again, others go on. ARCHIPEL_TEST=no leaves out the test accuracies, as what develops the study must.
# RANKS: default all cores. Needs a release build and a python3 with h5py.
set -euo pipefail

if [ "$#" -lt 2 ] || [ "$#" -gt 11 ]; then
  echo "usage: tests/long/default_study.sh FOLDER SEED... (at most ten)" >&2
  exit 2
fi
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$here/../..
folder=$1
shift
program=${PROGRAM:-$root/build/release/archipel}
python=/usr/bin/python3
"$python" -c 'import h5py' 2>/dev/null || python=python3
"$python" -c 'import h5py' || exit 2
# shellcheck source=tests/long/same_study.sh
. "$here/same_study.sh"
study=${STUDY:-$root/jobs/studies/fashion-mnist.toml}
same_study "$folder/study.toml" <"$study"
last=$(($(grep -c '^\[\[stage\]\]' "$study") - 1))

finished() {   # FILE: with or without a winner
  local code=0
  [ -e "$1" ] || return 1
  "$program" status --exit-code "$1" >/dev/null || code=$?
  [ "$code" = 0 ] || [ "$code" = 4 ]
}
run() {   # NAME SEED OPTIONS...
  local name=$1 seed=$2 begin=$SECONDS
  shift 2
  ! finished "$folder/$name.h5" || return 0
  "$root/jobs/mpirun.sh" "${RANKS:-all}" "$program" run "$study" --results "$folder/$name.h5" --resume-if-present \
    --set "seed=$seed" --set run.progress=60 "$@" >>"$folder/$name.log" || finished "$folder/$name.h5"
  echo "$name: $((SECONDS - begin)) s"
}

# alone NETWORK STAGE: options of a study of this one network, whose stages before STAGE cost next to nothing.
alone() {
  options=(--set "stage.0.given=[\"$1\"]" --set stage.0.budget.cost=0 --set stage.0.budget.evaluations=1 --set stage.0.islands=1
    --set stage.0.migration.topology=none)
  local stage
  for ((stage = 0; stage < $2; ++stage)); do options+=(--set "stage.$stage.fidelity.epochs=1" --set "stage.$stage.fidelity.subset=64"); done
  for ((stage = 1; stage <= last; ++stage)); do options+=(--set "stage.$stage.candidates=1"); done
}
# control NAME SEED OPTIONS...: the control with one last epoch, then its winner with the epochs that are left.
control() {
  local name=$1 seed=$2 epochs network
  shift 2
  run "$name-short-$seed" "$seed" "$@" --set "stage.$last.fidelity.epochs=1"
  epochs=$("$python" "$here/default_study.py" epochs "$folder" "$seed" "$name")
  network=$(sed -n 's/^  for stage.given *//p' "$folder/$name-short-$seed.log")
  alone "$network" "$last"
  run "$name-$seed" "$seed" "${options[@]}" --set "stage.$last.fidelity.epochs=$epochs"
}

# Two separable 3x3 convolutions with a way around them in each cell, wider in each stage, as large as the limits allow: the best of five
# networks made by hand (Chollet 2017, arXiv:1610.02357; residual as in He et al. 2016, arXiv:1512.03385).
by_hand="cell.op.1=sep3x3, cell.op.2=sep3x3, cell.edge.0.1=1, cell.edge.1.2=1, cell.edge.0.6=1, cell.edge.2.6=1"
by_hand=${BY_HAND:-"$by_hand, width.1=48, width.2=96, width.3=128, reduction=maxpool"}

for seed in "$@"; do
  run "study-$seed" "$seed"
  control random "$seed" --set stage.0.strategy.0.kind=random
  control no-selection "$seed" --set stage.0.strategy.0.kind=evolution --set stage.0.strategy.0.tournament=1 \
    --set stage.0.strategy.0.replace=random --set stage.0.migration.select=random --set stage.0.migration.replace=random
  control no-migration "$seed" --set stage.0.migration.topology=none
  alone "$by_hand" $((last - 1))
  control by-hand "$seed" "${options[@]}"
done
"$python" "$here/default_study.py" table "$folder" "$@"
