#!/usr/bin/env bash
# at_scale.sh PROGRAM MPIRUN STUDIES: 64 islands on a torus give the same rows from a table on 64 ranks as on one; in virtual time
# 1,024 teams whose costs differ tenfold are busy with the lag in cost units, and wait with the lag in generations.
set -euo pipefail
program=$1 mpirun=$2 studies=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

awk 'BEGIN {
  print "key,accuracy,seconds"
  for (i = 0; i < 4096; ++i) {
    key = ""
    n = i
    for (d = 0; d < 6; ++d) { key = key n % 4; n = int(n / 4) }
    printf "%s,%.3f,%.3f\n", key, (i * 7919 % 100003) / 1000, 1 + (i * 40503 % 9001) / 1000
  }
}' >table.csv
{
  printf 'evaluator = { kind = "table", table = { file = "table.csv", key = "key", objective = "accuracy", cost_columns = ["seconds"], cost_weights = [1.0] } }\n'
  printf 'space = { kind = "genes", gene = ['
  for gene in 1 2 3 4 5 6; do printf '{ name = "edge%d", choices = ["0", "1", "2", "3"] }, ' "$gene"; done
  printf '] }\n[[stage]]\nkind = "search"\nislands = 64\nbudget = { evaluations = 3200 }\nmigration = { topology = "torus", interval = 4 }\nstrategy = [{ kind = "evolution", population = 8 }]\n'
} >study.toml
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
