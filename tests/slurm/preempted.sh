#!/usr/bin/env bash
# A job that is preempted goes on. Slurm sends TERM to its ranks; without a look at the job that is a crash like any other.
# shellcheck source=tests/slurm/helpers.sh
. "$(dirname "${BASH_SOURCE[0]}")/helpers.sh"

make_study 2500 0.003
submit --partition=low --time=10
under_way
sbatch --partition=main --ntasks=4 --output=/dev/null --wrap 'sleep 5'
wait_for 90 has_restarts "$job" 1 || fail "not requeued after a preemption"
ended "$job" 120 COMPLETED 0
same_bits results/r.h5
grep -q 'This job is preempted' "results/$job.log" || fail "it did not notice the preemption"
