#!/usr/bin/env bash
# A job that is requeued from outside (scontrol requeue) goes on; one that finds its study finished says so and ends well.
# shellcheck source=tests/slurm/helpers.sh
. "$(dirname "${BASH_SOURCE[0]}")/helpers.sh"

make_study 4000 0.0015
submit --time=10
under_way
scontrol requeue "$job"
wait_for 60 has_restarts "$job" 1 || fail "not requeued"
ended "$job" 90 COMPLETED 0
same_bits results/r.h5
grep -q 'Going on with results/r.h5' "results/$job.log" || fail "it did not go on with what was there"

rows=$(stat -c %Y results/r.h5)
submit --time=10
ended "$job" 30 COMPLETED 0
grep -q 'This study is finished' "results/$job.log" || fail "no word of being finished"
[ "$(stat -c %Y results/r.h5)" = "$rows" ] || fail "a finished study was written to"
