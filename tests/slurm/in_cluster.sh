#!/usr/bin/env bash
# in_cluster.sh PROGRAM FOLDER NODES TEST [OPTION...]: runs TEST (a script of this folder) with a Slurm cluster of its own: NODES
# virtual nodes n1, n2, ... with a network, a host name and a slurmd each, and this script on the head. All of it lives in
# namespaces, and ends with this script however that ends. FOLDER is what the nodes share; what a test leaves there stays to be
# looked at. Exit 77 (skipped): not root, or no Slurm.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PATH=$PATH:/usr/sbin:/sbin

if [ "${1:-}" != --inside ]; then
  skip() {
    echo "skipped: $1"
    exit 77
  }
  [ "$(id -u)" = 0 ] || skip "not root: no namespaces for virtual nodes"
  for tool in slurmctld slurmd sbatch munged ip; do
    command -v "$tool" >/dev/null || skip "no $tool (on Debian 12: jobs/setup.sh --tests)"
  done
  [[ $(ldd "$1") == *libmpi.so.40* ]] || skip "$1 is not built with Open MPI, which this Slurm starts"
  apart=(unshare --pid --fork --kill-child --mount-proc --net --mount --uts)
  "${apart[@]}" true 2>/dev/null || skip "this root may not make namespaces"
  exec "${apart[@]}" "$0" --inside "$@"
fi

program=$(realpath "$2") nodes=$4 test=$here/$5
folder=$3/$(basename "$5" .sh)${6:+.$6}
shift 5
rm -rf "$folder"
mkdir -p "$folder"/{state,log,results}
cd "$folder"
# shellcheck source=tests/slurm/cluster.sh
. "$here/cluster.sh"
start_cluster "$nodes"
program=$program "$test" "$@"
echo "passed after $SECONDS s"
