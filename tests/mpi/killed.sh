#!/usr/bin/env bash
# killed.sh PROGRAM: of three replicas one is killed while the others wait for what it has to send. The job ends, and not well. And
# where the launcher leaves the others alone, as if it had not seen that (Open MPI can), these find their own way out.
set -uo pipefail
program=$1
mpirun=$(dirname "${BASH_SOURCE[0]}")/../mpirun.sh

output=$("$mpirun" 3 "$program" dies 2>&1) && {
  printf '%s\n' "$output" "the job has not failed"
  exit 1
}

launcher=$("${ARCHIPEL_MPIEXEC:-mpirun}" --version 2>&1)
[[ $launcher == *"Open MPI"* || $launcher == *OpenRTE* ]] || exit 0
# The exit code of the program is asked for here: with this setting that of the launcher is always 0.
# shellcheck disable=SC2016
output=$(OMPI_MCA_orte_enable_recovery=1 "$mpirun" 3 sh -c '"$0" dies; echo "ended with $?"' "$program" 2>&1)
printf '%s\n' "$output"
for text in 'rank 0: ncclSend: not done after 1000 ms' 'on ranks 0, 1, 2' 'ended with 137' 'ended with 1$'; do
  grep -q -- "$text" <<<"$output" || { echo "the output lacks: $text"; exit 1; }
done
