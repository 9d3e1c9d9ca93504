#!/usr/bin/env bash
# cost_of_keeping.sh PROGRAM [PAIRS]: what rows, syncs and checkpoints cost: the default study's search with a small budget, on all
# cores, PAIRS (5) times without and with a results file in turn. Prints wall and processor times and the median of their ratios.
set -euo pipefail
program=$(realpath "$1") pairs=${2:-5}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
sed '/^\[\[stage\]\].*finalists/,$d' "$root/jobs/studies/fashion-mnist.toml" >study.toml
TIMEFORMAT='%R %U %S'
once() { { time "$root/jobs/mpirun.sh" all "$program" run study.toml --quiet --set stage.0.budget.cost=1.5e12 "$@" >out 2>&1 || { cat out >&2; exit 1; }; } 2>&1; }
for ((pair = 1; pair <= pairs; ++pair)); do
  read -r wall user system < <(once --results none)
  read -r wall2 user2 system2 < <(once --results "$pair.h5" --set run.checkpoint=10)
  awk -v a="$wall" -v b="$wall2" -v c="$(awk "BEGIN { print $user + $system }")" -v d="$(awk "BEGIN { print $user2 + $system2 }")" \
    'BEGIN { printf "%.2f s without, %.2f s with a file: ratio %.4f; processors %.2f s, %.2f s: ratio %.4f\n", a, b, b / a, c, d, d / c }' | tee -a ratios
done
median() { sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }
echo "median ratio of wall times $(sed 's/.*file: ratio \([0-9.]*\);.*/\1/' ratios | median), of processor times $(sed 's/.*ratio //' ratios | median)"
