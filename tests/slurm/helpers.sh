# Sourced by the tests, which in_cluster.sh starts in their folder with the program's path in `program`: a study, and what tests ask
# of jobs and results.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/slurm/cluster.sh
. "$here/cluster.sh"
export SLURM_CONF=$PWD/slurm.conf ARCHIPEL_SITE=$PWD/site.env ARCHIPEL_JOBS=$here/../../jobs
trap 'fail "line $LINENO failed: $BASH_COMMAND"' ERR
nodes_of_job=1 launcher=srun
# shellcheck disable=SC2034   # for the tests
job=''

fail() {
  printf '%s\n' "$@" "$(squeue -t all)" >&2
  for log in results/*.log; do printf -- '-- %s\n%s\n' "$log" "$(cat "$log")" >&2; done
  exit 1
}

# wait_for SECONDS COMMAND...: until COMMAND succeeds.
wait_for() {
  local until=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$until" ] || return 1
    sleep 0.3
  done
}

# make_study EVALUATIONS SLEEP: study.toml, and whole.h5 of a run that nobody stops. An evaluation takes SLEEP x 1 to 10 s.
make_study() {
  local evaluations=$1 sleep=$2
  sed "s/evaluations = 8000/evaluations = $evaluations/" "$here/../../jobs/studies/rastrigin.toml" >study.toml
  mkdir -p results
  [ -e whole.h5 ] || "${program:?}" run study.toml --quiet --results whole.h5 >/dev/null
  cat >site.env <<EOT
ARCHIPEL_PROGRAM=$program ARCHIPEL_NODES=$nodes_of_job ARCHIPEL_RANKS_PER_NODE=2 ARCHIPEL_CPUS_PER_RANK=1 ARCHIPEL_GPUS_PER_NODE=0
ARCHIPEL_LAUNCHER=$launcher ARCHIPEL_RESTARTS=20
sbatch_options=(--time=10)
run_options=(--quiet --set evaluator.function.sleep=$sleep --set run.grace=2 --set run.margin=2 --set results.sync=0.2)
export SLURM_PMIX_FENCE=ring OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_mpi_yield_when_idle=1
export OMPI_MCA_btl_tcp_if_include=eth0 OMPI_MCA_oob_tcp_if_include=eth0 OMPI_MCA_hwloc_base_binding_policy=none
EOT
}

# submit OPTION...: one job of the study into results/r.h5. Sets job.
submit() {
  # shellcheck disable=SC2034   # for the tests
  job=$(sbatch --parsable --ntasks-per-node=2 --nodes="$nodes_of_job" --output=results/%j.log "$@" \
    "$ARCHIPEL_JOBS/archipel.sbatch" study.toml results/r.h5)
}
state() { squeue -h -t all -j "$1" -o %T | sort -u; }
is_in_state() { [[ $(state "$1") =~ ^($2)$ ]]; }
field() { scontrol show job -o "$1" | grep -o " $2=[^ ]*" | cut -d= -f2; }
restarts() { field "$1" Restarts; }
has_restarts() { [ "$(restarts "$1")" -ge "$2" ]; }
rows() { { "$program" status results/r.h5 2>/dev/null || true; } | sed -n 's/^stage.*, \([0-9]*\) .*rows,.*/\1/p'; }
has_rows() { [ "$(rows)" -ge "$1" ] 2>/dev/null; }

# under_way: the job has begun to write rows. Sets before: how many.
under_way() {
  local there
  there=$(rows)
  wait_for 60 has_rows $((${there:-0} + 10)) || fail "no rows come"
}
ended() {   # ended JOB SECONDS STATE CODE
  wait_for "$2" is_in_state "$1" 'COMPLETED|FAILED|TIMEOUT|CANCELLED|NODE_FAIL|PREEMPTED' || fail "job $1 does not end in $2 s"
  local got
  got="$(state "$1") $(field "$1" ExitCode)"
  [ "$got" = "$3 $4:0" ] || fail "job $1: $got, expected $3 $4:0"
}
same_bits() {   # same_bits FILE
  "$program" status --exit-code "$1" >/dev/null || fail "$1 is not finished"
  "$program" diff whole.h5 "$1" >difference || fail "$1 differs from the run that nobody stopped:" "$(cat difference)"
}
