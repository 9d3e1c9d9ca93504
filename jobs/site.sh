# Sourced by the scripts for Slurm, which set jobs (this folder): reads site.env and checks what it says. Sets program.
wrong() {
  printf '%s\n' "$@" >&2
  exit 2
}

site=${ARCHIPEL_SITE:-$jobs/site.env}
[ -r "$site" ] || wrong "$site: no such file. Copy jobs/site.example.env to jobs/site.env and edit it, or name yours in ARCHIPEL_SITE."
sbatch_options=() launch_options=() run_options=() analysis=() ARCHIPEL_RANKS_PER_GPU=1
set +u   # modules are rarely written for it
# shellcheck source=jobs/site.example.env
. "$site"
set -u

# at_least LOWEST NAME: the setting NAME is a whole number from LOWEST.
at_least() {
  if [[ ! ${!2:-} =~ ^(0|[1-9][0-9]*)$ ]] || [ "${!2}" -lt "$1" ]; then
    wrong "$site: $2=${!2:-}: allowed is a whole number from $1"
  fi
}
at_least 1 ARCHIPEL_NODES
at_least 1 ARCHIPEL_RANKS_PER_NODE
at_least 1 ARCHIPEL_CPUS_PER_RANK
at_least 0 ARCHIPEL_GPUS_PER_NODE
at_least 1 ARCHIPEL_RANKS_PER_GPU
at_least 0 ARCHIPEL_RESTARTS
[[ ${ARCHIPEL_LAUNCHER:-} =~ ^(srun|mpirun)$ ]] || wrong "$site: ARCHIPEL_LAUNCHER=${ARCHIPEL_LAUNCHER:-}: allowed are srun and mpirun"
# shellcheck disable=SC2034   # for the scripts
program=$(type -P "${ARCHIPEL_PROGRAM:-archipel}") || wrong "$site: ARCHIPEL_PROGRAM=${ARCHIPEL_PROGRAM:-}: no such program"
