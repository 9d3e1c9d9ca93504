#!/usr/bin/env bash
# default_study.sh FOLDER SEED...: what the default study reaches, and what each of its parts is worth, at equal FLOPs in the same
# space. For each seed, in FOLDER: the study; the same with random search instead; with selection off (evolution whose parents, survivors
# and migrants are random); without migration; and a network made by hand that gets all the FLOPs in one training. Prints accuracies, and
# the mean of each difference with its 95 % interval over the seeds. Runs that are finished are not run again, others go on.
# ARCHIPEL_TEST=no leaves out the test accuracies, as what develops the study must. RANKS: default all cores. Needs a release
# build and a python3 with h5py.
set -euo pipefail

if [ "$#" -lt 2 ] || [ "$#" -gt 11 ]; then
  echo "usage: tests/long/default_study.sh FOLDER SEED... (at most ten)" >&2
  exit 2
fi
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$here/../..
study=${STUDY:-$root/jobs/studies/fashion-mnist.toml}
folder=$1
shift
mkdir -p "$folder"
program=${PROGRAM:-$root/build/release/archipel}
python=/usr/bin/python3
"$python" -c 'import h5py' 2>/dev/null || python=python3
"$python" -c 'import h5py' || exit 2
last=$(($(grep -c '^\[\[stage\]\]' "$study") - 1))

run() {   # NAME SEED OPTIONS...
  local name=$1 seed=$2 begin=$SECONDS
  shift 2
  [ ! -e "$folder/$name.h5" ] || ! "$program" status --exit-code "$folder/$name.h5" >/dev/null || return 0
  "$root/jobs/mpirun.sh" "${RANKS:-all}" "$program" run "$study" --results "$folder/$name.h5" --resume-if-present \
    --set "seed=$seed" --set run.progress=60 "$@" >>"$folder/$name.log"
  echo "$name: $((SECONDS - begin)) s"
}

# Two separable 3x3 convolutions with a way around them in each cell, wider in each stage, as large as the limits allow: the best of five
# networks made by hand (Chollet 2017, arXiv:1610.02357; residual as in He et al. 2016, arXiv:1512.03385).
by_hand=${BY_HAND:-"cell.op.1=sep3x3, cell.op.2=sep3x3, cell.edge.0.1=1, cell.edge.1.2=1, cell.edge.0.6=1, cell.edge.2.6=1, width.1=48, width.2=96, width.3=128, reduction=maxpool"}
hand=(--set "stage.0.given=[\"$by_hand\"]" --set stage.0.budget.cost=0 --set stage.0.budget.evaluations=1 --set stage.0.islands=1
  --set stage.0.migration.topology=none)
for ((stage = 1; stage <= last; ++stage)); do hand+=(--set "stage.$stage.candidates=1"); done

for seed in "$@"; do
  run "study-$seed" "$seed"
  run "random-$seed" "$seed" --set stage.0.strategy.0.kind=random
  run "no-selection-$seed" "$seed" --set stage.0.strategy.0.kind=evolution --set stage.0.strategy.0.tournament=1 --set stage.0.strategy.0.replace=random \
    --set stage.0.migration.select=random --set stage.0.migration.replace=random
  run "no-migration-$seed" "$seed" --set stage.0.migration.topology=none
  run "by-hand-short-$seed" "$seed" "${hand[@]}" --set "stage.$last.fidelity.epochs=1"
  epochs=$("$python" "$here/default_study.py" epochs "$folder" "$seed")
  run "by-hand-$seed" "$seed" "${hand[@]}" --set "stage.$last.fidelity.epochs=$epochs"
done
"$python" "$here/default_study.py" table "$folder" "$@"
