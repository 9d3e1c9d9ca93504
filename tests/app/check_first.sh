#!/usr/bin/env bash
# check_first.sh PROGRAM MPIRUN STUDY: what `run` refuses before its first evaluation, `check` refuses with the same words, and
# nothing is left behind. STUDY: of ten real genes.
set -euo pipefail
program=$1 mpirun=$2 study=$3
# shellcheck source=tests/app/refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# both TEXT OPTION...: `run` and `check` refuse the study with OPTION.
both() {
  local text=$1 said
  shift
  refused 2 2 "$text" "$study" --results r.h5 "$@"
  said=$(grep '^archipel: ' <<<"$output")
  under 1 check "$study" "$@"
  [ "$code" = 2 ] || fail "check $*: exit $code" "$output"
  [ "$(grep '^archipel: ' <<<"$output")" = "$said" ] || fail "check says something else than '$said':" "$output"
}
both 'strategy.kind = "cmaes": the space has 500 genes; allowed 1 to 400' --set evaluator.function.dimensions=500 \
  --set stage.0.strategy.0.kind=cmaes
both 'strategy.kind = "cmaes": the space has 500 genes; allowed 1 to 400' --set evaluator.function.dimensions=500 \
  --set stage.0.strategy.0.kind=portfolio --set 'stage.0.strategy.0.members=["evolution", "cmaes"]'
under 2 compare "$study" --strategies cmaes --seeds 2 --results c.h5 --set evaluator.function.dimensions=500
if [ "$code" != 2 ] || [ -n "$(ls -A)" ]; then fail "compare: exit $code, left behind: $(ls -A)" "$output"; fi
both 'rosenbrock needs at least 2 genes' --set evaluator.function.name=rosenbrock --set evaluator.function.dimensions=1
both 'budget.max_rows: the results file would have' --set stage.0.budget.evaluations=1000000000000000000
