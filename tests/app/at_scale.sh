#!/usr/bin/env bash
# at_scale.sh PROGRAM MPIRUN STUDIES: 64 islands on a torus give the same rows from a table on 64 ranks as on one; in virtual time
# 1,024 teams whose costs differ tenfold are busy with the lag in cost units, and wait with the lag in generations.
set -euo pipefail
program=$1 mpirun=$2 studies=$3
# shellcheck source=tests/app/small_study.sh
source "$(dirname "$0")/small_study.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

table_study 64 3200 >study.toml
"$program" run study.toml --quiet --results one.h5
"$mpirun" 64 "$program" run study.toml --quiet --results many.h5
"$program" diff one.h5 many.h5 || fail "64 ranks gave other bits than 1"

simulated() {
  "$program" simulate "$studies/rastrigin.toml" --teams 1024 --set stage.0.islands=1024 --set stage.0.budget.evaluations=0 --set stage.0.budget.cost=1.1e9 \
    --set stage.0.migration.interval=1 --set stage.0.migration.lag=2 --set stage.0.strategy.0.window=1 --set "stage.0.migration.clock=$1" | tee /dev/stderr |
    sed -n 's/.*busy \([0-9]*\).*/\1/p'
}
cost=$(simulated cost) boundaries=$(simulated boundaries)
[ "$cost" -ge 90 ] || fail "1024 teams are busy $cost % of the time, not 90"
[ "$boundaries" -lt "$cost" ] || fail "the lag in generations is no worse: $boundaries % of $cost %"
