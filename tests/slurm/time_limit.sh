#!/usr/bin/env bash
# A job that meets its time limit twice finishes through requeues. Slurm's limits are whole minutes, and it looks for those that are
# near every 30 s: of a minute, a warning 55 s before the end leaves up to 30 s. The second time the program does not wait for
# the warning: it knows the end of the job, and is given a margin of 48 s.
# shellcheck source=tests/slurm/helpers.sh
. "$(dirname "${BASH_SOURCE[0]}")/helpers.sh"

make_study 10000 0.0016
submit --time=1 --signal=B:USR1@55
wait_for 60 has_restarts "$job" 1 || fail "not requeued after a warning"
echo 'run_options+=(--set run.margin=48)' >>site.env
wait_for 60 has_restarts "$job" 2 || fail "not requeued a second time"
sed -i '$d' site.env
scontrol update job="$job" TimeLimit=5   # the rest in one go
ended "$job" 120 COMPLETED 0
same_bits results/r.h5
[ "$(grep -c 'stopped (signal USR2)' "results/$job.log")" -ge 1 ] || fail "no warning arrived"
[ "$(grep -c 'stopped (the job ends in' "results/$job.log")" -ge 1 ] || fail "it did not see the end of its job"
[ "$(grep -c 'Requeueing: it goes on' "results/$job.log")" -ge 2 ] || fail "it did not requeue itself twice"
