#!/usr/bin/env bash
# fidelity.sh FOLDER NETWORKS EPOCHS:SUBSET[:REPLICATE[:OPTIMISER:RATE]]...: what short trainings of the default study's networks say
# about long ones. So many random networks of the study's space, the same for each fidelity, are trained with each; SUBSET 0: all images;
# OPTIMISER and RATE: instead of the study's. Prints, for each, its FLOPs, the spread over networks, and Spearman's rank correlation with
# the last one (90 % interval by bootstrap), beside those of parameters and multiply-accumulates; networks that diverge are the worst.
# Runs that are finished in FOLDER are not run again, others go on.
# SEED: default 11. RANKS: default all cores. SPACE: more options, for example "--set limits.macs=5000000".
set -euo pipefail

[ "$#" -ge 4 ] || {
  echo "usage: tests/long/fidelity.sh FOLDER NETWORKS EPOCHS:SUBSET[:REPLICATE[:OPTIMISER:RATE]]... (the last: what is to be predicted)" >&2
  exit 2
}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$here/../..
folder=$1 networks=$2
shift 2
program=${PROGRAM:-$root/build/release/archipel}
python=/usr/bin/python3
"$python" -c 'import h5py' 2>/dev/null || python=python3
"$python" -c 'import h5py' || exit 2

# shellcheck source=tests/long/same_study.sh
. "$here/same_study.sh"
{   # the study up to its first stage
  sed '/^\[\[stage\]\]/,$d' "${STUDY:-$root/jobs/studies/fashion-mnist.toml}"
  printf '[[stage]]\nmigration = { topology = "none" }\nstrategy = [{ kind = "random" }]\n'
  printf '# options: %s\n' "${SPACE:-}"
} | same_study "$folder/study.toml"
read -ra more <<<"${SPACE:-}"
files=()
for fidelity in "$@"; do
  IFS=: read -r epochs subset replicate optimiser rate <<<"$fidelity"
  file=$folder/${fidelity//:/-}.h5
  files+=("$file")
  [ ! -e "$file" ] || ! "$program" status --exit-code "$file" >/dev/null || continue
  begin=$SECONDS
  "$root/jobs/mpirun.sh" "${RANKS:-all}" "$program" run "$folder/study.toml" --results "$file" --resume-if-present \
    --set "seed=${SEED:-11}" --set run.progress=60 --set "stage.0.budget.evaluations=$networks" \
    --set "stage.0.fidelity.epochs=$epochs" --set "stage.0.fidelity.subset=$subset" \
    --set "stage.0.fidelity.replicate=${replicate:-0}" --set "stage.0.fidelity.optimiser=${optimiser:-same}" \
    --set "stage.0.fidelity.learning_rate=${rate:-0}" "${more[@]}" >>"${file%.h5}.log"
  echo "$fidelity: $((SECONDS - begin)) s"
done

"$python" - "${files[@]}" <<'PYTHON'
import sys

import h5py
import numpy


def rows(path):
    found = h5py.File(path)["stages/0-search/rows"][0]
    found = found[found["checksum"] != 0]
    found["validation_accuracy"] = numpy.nan_to_num(found["validation_accuracy"])
    return found


def ranks(values):
    order = numpy.argsort(numpy.argsort(values, kind="stable"), kind="stable").astype(float)
    for value in numpy.unique(values):   # ties share the mean of their ranks
        order[values == value] = order[values == value].mean()
    return order


def spearman(a, b):
    return numpy.corrcoef(ranks(a), ranks(b))[0, 1]


def shown(a, b):
    draws = numpy.random.default_rng(1).integers(0, len(a), (500, len(a)))
    with numpy.errstate(invalid="ignore"):   # draws of one network alone
        low, high = numpy.nanpercentile([spearman(a[d], b[d]) for d in draws], [5, 95])
    return f"{spearman(a, b):5.2f} ({low:5.2f} to {high:5.2f})"


tables = [rows(path) for path in sys.argv[1:]]
count = min(len(table) for table in tables)
target = tables[-1]["validation_accuracy"][:count]
good = numpy.argsort(-target)[:max(3, count // 3)]   # the best third: what a search must tell apart at its end
print(f"\n{count} networks; target {sys.argv[-1]}: {100 * target[target > 0].min():.2f} to "
      f"{100 * target.max():.2f} %, {(target == 0).sum()} diverged")
print(f"{'':<22}{'FLOP each':>10}{'mean %':>8}{'spread':>8}   {'rank correlation':<24}in the best third")
for path, table in zip(sys.argv[1:], tables):
    value = table["validation_accuracy"][:count]
    trained = 100 * value[value > 0]
    print(f"{path.split('/')[-1][:-3]:<22}{table['cost'][:count].mean():10.2e}{trained.mean():8.2f}{trained.std():8.2f}   "
          f"{shown(value, target):<24}{shown(value[good], target[good])}")
for name in ("parameters", "macs"):
    value = tables[-1][name][:count].astype(float)
    print(f"{name:<48}   {shown(value, target):<24}{shown(value[good], target[good])}")
PYTHON
