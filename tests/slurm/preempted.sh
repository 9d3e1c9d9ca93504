#!/usr/bin/env bash
# A job that is preempted goes on: Slurm asks it to leave with TERM, as a user who wants it to stop for good would.
# shellcheck source=tests/slurm/helpers.sh
. "$(dirname "${BASH_SOURCE[0]}")/helpers.sh"

make_study 2500 0.003
submit --partition=low --time=10
under_way
sbatch --partition=main --ntasks=4 --output=/dev/null --wrap 'sleep 5'
wait_for 90 has_restarts "$job" 1 || fail "not requeued after a preemption"
ended "$job" 120 COMPLETED 0
same_bits results/r.h5
grep -q 'stopped (signal USR2)' "results/$job.log" || fail "it did not stop in good order"
