#!/usr/bin/env bash
# A node of a job dies: the job goes on on other nodes, started by srun (OPTION srun) or mpirun.
# shellcheck source=tests/slurm/helpers.sh
. "$(dirname "${BASH_SOURCE[0]}")/helpers.sh"

nodes_of_job=2 launcher=${1:-srun}
make_study 2000 0.003
submit --time=10 --ntasks-per-node=1
under_way
list=$(squeue -h -j "$job" -o %N)
[ "$list" = "n[1-2]" ] || fail "runs on $list"
kill_node n2
wait_for 90 has_restarts "$job" 1 || fail "not requeued after the death of a node"
ended "$job" 90 COMPLETED 0
same_bits results/r.h5
[[ $(scontrol show job -o "$job") == *" NodeList=n[1,3] "* ]] || fail "it did not go on elsewhere: $(scontrol show job -o "$job")"
