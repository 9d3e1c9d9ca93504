# shellcheck shell=bash
# A node is cut off: its ranks go on while the job is requeued elsewhere, so that two attempts write to one file at once.
make_study 16000 0.0035
submit --nodelist=n1
under_way
old() { ip netns pids n1 | xargs -rn 1 -I '{}' readlink '/proc/{}/exe' | grep -c '/archipel$'; }
scontrol update job="$job" ReqNodeList= || fail "the job is tied to its node"
cut_node n1
wait_for 60 has_restarts "$job" 1 || fail "not requeued after a node was cut off"
wait_for 30 grep -q 'Going on' "results/$job.log" || fail "no second start"
before=$(rows)
wait_for 30 has_rows $((before + 100)) || fail "no rows come from the second start"
[ "$(old)" -gt 0 ] || fail "no old rank is left: nothing is tested"
echo "$(old) old ranks write beside the new ones"
mend_node n1
ended "$job" 150 COMPLETED 0
same_bits results/r.h5
wait_for 30 eval '[ "$(old)" = 0 ]' || fail "old ranks stay"
same_bits results/r.h5
