#!/usr/bin/env bash
# mpirun.sh RANKS|all COMMAND...: runs COMMAND under MPI on this machine; all: one rank a core. Ranks that fill the cores are
# bound to them; fewer are not, so that two jobs do not meet on one core; more than there are cores share them.
# ARCHIPEL_MPIEXEC: the launcher (default mpirun), which must belong to the MPI that COMMAND was built with.
# ARCHIPEL_BIND=none: never bind.
set -euo pipefail

ranks=${1:-}
if [[ ! $ranks =~ ^([1-9][0-9]*|all)$ ]] || [ "$#" -lt 2 ]; then
  echo "usage: mpirun.sh RANKS|all COMMAND...: runs COMMAND on so many ranks, at least 1; all: one a core" >&2
  exit 2
fi
shift
launcher=${ARCHIPEL_MPIEXEC:-mpirun}
cores=$(lscpu -p=CORE,SOCKET 2>/dev/null | grep -v '^#' | sort -u | wc -l) || cores=$(nproc)
bind=none
if [ "$(nproc)" -lt "$cores" ]; then   # a container or a job's share
  cores=$(nproc)
elif [ "$ranks" = all ] || [ "$ranks" -eq "$cores" ]; then
  bind=${ARCHIPEL_BIND:-core}
fi
[ "$ranks" != all ] || ranks=$cores

arguments=(-n "$ranks")
version=$("$launcher" --version 2>&1) || true
case $version in
  *"Open MPI"* | *OpenRTE*)
    arguments+=(--bind-to "$bind")
    [ "$ranks" -le "$cores" ] || arguments+=(--oversubscribe)
    if [ "$(id -u)" = 0 ]; then   # containers and CI are often root, which Open MPI refuses without these
      export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    fi
    ;;
  *HYDRA*) arguments+=(-bind-to "$bind") ;;
esac
exec "$launcher" "${arguments[@]}" "$@"
