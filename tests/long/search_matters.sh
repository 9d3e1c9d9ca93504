#!/usr/bin/env bash
# search_matters.sh FOLDER [SEED...]: does the default study's search do anything? For each seed (default 1 2 3), in FOLDER:
# the study; the same with selection switched off (parents, survivors and migrants at random); and 8 random valid candidates,
# each with the final training. Prints the table of accuracies (random candidates: validation, as their test stays sealed).
# Needs a release build and a python3 with h5py. Runs that are finished in FOLDER are not run again.
set -euo pipefail

[ "$#" -ge 1 ] || {
  echo "usage: tests/long/search_matters.sh FOLDER [SEED...]" >&2
  exit 2
}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=$1
shift
[ "$#" -gt 0 ] || set -- 1 2 3
mkdir -p "$folder"
program=$root/build/release/archipel
python=/usr/bin/python3
"$python" -c 'import h5py' 2>/dev/null || python=python3
"$python" -c 'import h5py' || exit 2

run() {   # NAME SEED OPTIONS...
  local name=$1 seed=$2 begin=$SECONDS
  shift 2
  if [ -e "$folder/$name.h5" ]; then
    "$program" status --exit-code "$folder/$name.h5" >/dev/null || {
      echo "$folder/$name.h5 is not finished: remove it, its artefacts and its log, and start again" >&2
      exit 1
    }
    return
  fi
  ARCHIPEL_MPIEXEC=${ARCHIPEL_MPIEXEC:-mpirun} "$root/jobs/mpirun.sh" all "$program" run \
    "$root/jobs/studies/fashion-mnist.toml" --results "$folder/$name.h5" --set "seed=$seed" --set run.progress=60 "$@" >"$folder/$name.log"
  echo "$name: $((SECONDS - begin)) s"
}

for seed in "$@"; do
  run "study-$seed" "$seed"
  run "no-selection-$seed" "$seed" --set stage.0.strategy.0.tournament=1 --set stage.0.strategy.0.replace=random \
    --set stage.0.migration.select=random --set stage.0.migration.replace=random
  run "random-$seed" "$seed" --set stage.0.strategy.0.kind=random --set stage.0.budget.evaluations=8 --set stage.1.candidates=8 \
    --set stage.1.fidelity.epochs=18 --set stage.2.fidelity.epochs=1
done

"$python" - "$folder" "$@" <<'PYTHON'
import sys
import h5py
import numpy

folder, seeds = sys.argv[1], sys.argv[2:]

def finals(name):
    stage = "1-evaluate" if name.startswith("random") else "2-evaluate"   # that with the full schedule
    rows = h5py.File(f"{folder}/{name}.h5")[f"stages/{stage}/rows"][:].ravel()
    return 100 * numpy.sort(rows[rows["checksum"] != 0]["validation_accuracy"])[::-1]

def test(name):
    lines = [line.split() for line in open(f"{folder}/{name}.log") if "test_accuracy" in line or "test accuracy" in line]
    return lines[-1][1] if lines else "?"

print("seed  winner val  no selection val  random val: median (best)  winner - median   tests: winner, no selection, best random")
for seed in seeds:
    study, off, random = (finals(f"{kind}-{seed}") for kind in ("study", "no-selection", "random"))
    print(f"{seed:>4}  {study[0]:10.2f}  {off[0]:16.2f}  {numpy.median(random):17.2f} ({random[0]:.2f})  {study[0] - numpy.median(random):15.2f}   ",
          *(test(f"{kind}-{seed}") for kind in ("study", "no-selection", "random")))
PYTHON
