#!/usr/bin/env bash
# Who stops a job for good (scancel --batch --signal=TERM) gets it stopped in good order, with exit code 3 and without a requeue; a
# warning of Slurm (USR1) requeues it, also under mpirun, and so does a USR2 that reaches the ranks alone; the same submission goes on.
# shellcheck source=tests/slurm/helpers.sh
. "$(dirname "${BASH_SOURCE[0]}")/helpers.sh"

make_study 6000 0.0015
submit --time=10
under_way
scancel --batch --signal=TERM "$job"
ended "$job" 20 FAILED 3
grep -q 'stopped (signal USR2)' "results/$job.log" || fail "no word of stopping in good order"
[ "$(restarts "$job")" = 0 ] || fail "requeued"

launcher=mpirun
make_study 6000 0.0015
submit --time=10
under_way
scancel --batch --signal=USR1 "$job"
wait_for 30 has_restarts "$job" 1 || fail "not requeued after a warning"
under_way
scancel --batch --signal=USR2 "$job"
ended "$job" 20 FAILED 3
[ "$(grep -c 'stopped (signal USR2)' "results/$job.log")" = 2 ] || fail "not stopped in good order twice"

launcher=srun
make_study 6000 0.0015
submit --time=10
under_way
scancel --signal=USR2 "$job"
wait_for 30 has_restarts "$job" 1 || fail "not requeued after a signal to its ranks"
[ "$(grep -c 'stopped (signal USR2)' "results/$job.log")" = 1 ] || fail "not stopped in good order by a signal to its ranks"
make_study 6000 0   # quickly now: its next start reads site.env
ended "$job" 60 COMPLETED 0
same_bits results/r.h5
