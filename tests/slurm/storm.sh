#!/usr/bin/env bash
# storm.sh EVENTS SEED: a job on two of three nodes meets EVENTS events drawn by SEED: requeues, warnings, nodes that die or are cut
# off, ranks that are killed. It ends with the same bits.
# shellcheck source=tests/slurm/helpers.sh
. "$(dirname "${BASH_SOURCE[0]}")/helpers.sh"

events=$1 nodes_of_job=2
RANDOM=$2
[ $((RANDOM % 2)) = 0 ] || launcher=mpirun
make_study $((events * 4000)) 0.003
sed -i 's/--quiet/--quiet --set limits.deaths=0/; s/ARCHIPEL_RESTARTS=20/ARCHIPEL_RESTARTS=1000/' site.env
submit --ntasks-per-node=1 --time=60
for ((event = 1; event <= events; ++event)); do
  under_way
  sleep "$((RANDOM % 5)).$((RANDOM % 10))"
  before=$(restarts "$job") there=$(rows)
  nodes=$(scontrol show hostnames "$(squeue -h -j "$job" -o %N)")
  node=n$((1 + RANDOM % 3))
  what=$((RANDOM % 5))
  case $what in
    0) did="requeue" && scontrol requeue "$job" ;;
    1) did="warning" && scancel --batch --signal=USR1 "$job" ;;
    2) did="death of $node" && kill_node "$node" ;;
    3) did="$node cut off" && cut_node "$node" ;;
    4)
      did="death of a rank"
      mapfile -t ranks < <(pgrep -f "^$program run")
      [ "${#ranks[@]}" = 0 ] || kill -KILL "${ranks[RANDOM % ${#ranks[@]}]}" || true
      ;;
  esac
  if [ "$what" -lt 2 ] || { [ "$what" -lt 4 ] && [[ $nodes == *$node* ]]; }; then
    wait_for 150 has_restarts "$job" $((before + 1)) || fail "event $event, $did: not requeued"
  fi
  echo "event $event after $SECONDS s: $did, $there rows, $(restarts "$job") restarts"
  [ "$what" != 2 ] || start_node "$node"
  [ "$what" != 3 ] || mend_node "$node"
  ! is_in_state "$job" 'COMPLETED|FAILED' || break
done
ended "$job" 900 COMPLETED 0
same_bits results/r.h5
