#!/usr/bin/env bash
# Runs shellcheck over every shell script, job scripts included: it must find nothing. Exit 77 (skipped) without it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=sources.sh
. "$here/sources.sh"
root=$here/../..

if ! command -v shellcheck >/dev/null; then
  echo "no shellcheck"
  exit 77
fi
mapfile -t scripts < <(sources "$root" '*.sh' '*.sbatch' '*.slurm')
[ ! -f "$root/.ci/run" ] || scripts+=(.ci/run)
cd "$root"
echo "${#scripts[@]} scripts"
shellcheck --shell=bash --external-sources --source-path=SCRIPTDIR "${scripts[@]}"
