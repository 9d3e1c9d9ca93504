#!/usr/bin/env bash
# An array of four seeds: each has its results, as if it had run alone; one that is stopped in between goes on.
# shellcheck source=tests/slurm/helpers.sh
. "$(dirname "${BASH_SOURCE[0]}")/helpers.sh"

make_study 3000 0.0008
job=$(sbatch --parsable --ntasks-per-node=2 --time=10 --array=1-4%3 --output=results/%A_%a.log "$ARCHIPEL_JOBS/array.sbatch" study.toml results)
wait_for 30 is_in_state "${job}_2" RUNNING || fail "element 2 does not run"
sleep 1.5
scancel --batch --signal=USR1 "${job}_2"
wait_for 30 has_restarts "${job}_2" 1 || fail "element 2 was not requeued"
wait_for 60 is_in_state "${job}_4" RUNNING || fail "element 4 does not run"   # the last: its id is that of the array
sleep 1.5
scancel --batch --signal=USR1 "${job}_4"
wait_for 30 has_restarts "${job}_4" 1 || fail "element 4 was not requeued"
for seed in 1 2 3 4; do
  ended "${job}_$seed" 60 COMPLETED 0
  "$program" run study.toml --quiet --set seed="$seed" --results whole.h5 --resume-if-present >/dev/null
  [ "$(restarts "${job}_$seed")" = $(((seed + 1) % 2)) ] || fail "element $seed was started $(restarts "${job}_$seed") times again"
  same_bits "results/study-seed$seed.h5"
  rm whole.h5
done
