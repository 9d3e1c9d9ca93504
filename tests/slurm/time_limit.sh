# shellcheck shell=bash
# A job that meets its time limit twice finishes through requeues. Slurm's limits are whole minutes, and its warning may come a minute early:
# with a limit of one minute and a warning 55 s before, it comes within 30 s of the start.
make_study 8000 0.0016
submit --time=1 --signal=B:USR1@55
wait_for 60 has_restarts "$job" 1 || fail "not requeued after a warning"
wait_for 60 has_restarts "$job" 2 || fail "not requeued a second time"
scontrol update job="$job" TimeLimit=5 || fail "no more time"   # the rest in one go
ended "$job" 120 COMPLETED 0
same_bits results/r.h5
[ "$(grep -c 'stopped (signal USR2)' "results/$job.log")" -ge 2 ] || fail "it was not asked to stop twice"
[ "$(grep -c 'Requeued: it goes on' "results/$job.log")" -ge 2 ] || fail "it did not requeue itself twice"
[ "$(restarts "$job")" -le 4 ] || fail "$(restarts "$job") restarts"
