#!/usr/bin/env bash
# in_cluster.sh PROGRAM FOLDER NODES TEST [OPTION...]: runs TEST (a script of this folder) with a Slurm cluster of its own: NODES virtual nodes n1, n2, ...
# with a network, a host name and a slurmd each, and this script on the head. All of it lives in namespaces, and ends with
# this script however that ends. FOLDER is what the nodes share. Exit 77 (skipped): not root, or no Slurm.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PATH=$PATH:/usr/sbin:/sbin

if [ "${1:-}" != --inside ]; then
  skip() {
    echo "skipped: $1"
    exit 77
  }
  [ "$(id -u)" = 0 ] || skip "not root, so no namespaces for virtual nodes"
  for tool in slurmctld slurmd sbatch munged ip; do
    command -v "$tool" >/dev/null || skip "no $tool (on Debian 12: jobs/setup.sh --tests)"
  done
  apart=(unshare --pid --fork --kill-child --mount-proc --net --mount --uts)
  "${apart[@]}" true 2>/dev/null || skip "this root may not make namespaces"
  exec "${apart[@]}" "$0" --inside "$@"
fi

program=$(realpath "$2") test=$5 folder=$3/$(basename "$5" .sh)${6:+.$6} nodes=$4
shift 5
rm -rf "$folder"
mkdir -p "$folder"/{state,log}
cd "$folder"
# shellcheck source=tests/slurm/cluster.sh
. "$here/cluster.sh"
# shellcheck source=tests/slurm/helpers.sh
. "$here/helpers.sh"
trap 'fail "$test: line $LINENO failed: $BASH_COMMAND"' ERR
start_cluster "$nodes"
# shellcheck source=/dev/null
. "$here/$test"
echo "passed after $SECONDS s"
