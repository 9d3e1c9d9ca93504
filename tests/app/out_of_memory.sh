#!/usr/bin/env bash
# out_of_memory.sh PROGRAM MPIRUN: a real lack of memory (a limit of address space that a wide network passes at once) becomes a
# flagged row after a second attempt, the same on 1 and 3 ranks; a study that allows no such rows stops with exit 1 and says where.
# Exit 77, skipped, where the program itself does not fit into the limit.
set -euo pipefail
program=$1 mpirun=$2
# shellcheck source=refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
# shellcheck source=small_study.sh
. "$(dirname "${BASH_SOURCE[0]}")/small_study.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

for ((i = 0; i < 2000; ++i)); do printf 'pixels of images'; done >pixels
small_study pixels
printf '[limits]\nmemory = 1_000_000_000\n' >>study.toml
wide=(--set 'space.widths=[1, 1024]' --set 'space.cells=[16]' --set 'space.operations=["conv5x5"]' --set space.nodes=2
  --set stage.0.budget.evaluations=16 --quiet) # 1.7 GB of parameters and more, or next to none
ulimit -v 1500000
under 1 run study.toml --quiet --results small.h5
[ "$code" = 0 ] || { echo "$output"; exit 77; }

row='island 0, ask [0-9]+, key [0-9a-f]{32}: out_of_memory \(.+\)'
# says TEXT: the output has a line that matches.
says() { grep -qE "$1" <<<"$output" || fail "no line '$1':" "$output"; }
for ranks in 1 3; do
  under "$ranks" run study.toml "${wide[@]}" --results "$ranks.h5"
  [ "$code" = 0 ] || fail "$ranks ranks: exit $code:" "$output"
  says "rank [0-9]: $row: tried once more"
  says "rank [0-9]: $row once more: recorded"

  under "$ranks" run study.toml "${wide[@]}" --set limits.machine_outcomes=false --results "none-$ranks.h5"
  [ "$code" = 1 ] || fail "$ranks ranks: exit $code, not 1, though no such row is allowed:" "$output"
  says "^archipel: rank [0-9]: $row in both attempts; limits.machine_outcomes = true"
done
under 1 status 1.h5
says 'outcomes .*[0-9]+ ok, [0-9]+ out_of_memory'
under 1 diff 1.h5 3.h5
[ "$code" = 0 ] || fail "1 and 3 ranks differ:" "$output"
says '^[1-9][0-9]* rows ended by the machine .* were not compared'
