#!/usr/bin/env bash
# A node is cut off: its ranks go on while the job is requeued elsewhere, so that two attempts write to one file at once.
# shellcheck source=tests/slurm/helpers.sh
. "$(dirname "${BASH_SOURCE[0]}")/helpers.sh"

make_study 9000 0.003   # a slow machine needs half a minute to requeue it, while the old ranks write
submit --time=10
under_way
[ "$(squeue -h -j "$job" -o %N)" = n1 ] || fail "runs on $(squeue -h -j "$job" -o %N)"
old() { ip netns pids n1 | while read -r pid; do readlink "/proc/$pid/exe" || true; done | grep -c '/archipel$' || true; }
cut_node n1
wait_for 60 has_restarts "$job" 1 || fail "not requeued after a node was cut off"
wait_for 30 grep -q 'Going on' "results/$job.log" || fail "no second start"
under_way
under_way
ranks=$(old)
[ "$ranks" = 2 ] || fail "$ranks old ranks write beside the new ones: nothing is tested"
mend_node n1
ended "$job" 120 COMPLETED 0
same_bits results/r.h5
gone() { [ "$(old)" = 0 ]; }
wait_for 30 gone || fail "old ranks stay"
same_bits results/r.h5
