#!/usr/bin/env bash
# warned_twice.sh PROGRAM: a job that is warned again while it requeues itself still does. Slurm's commands are stand-ins here.
set -euo pipefail
program=$(realpath "$1") here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/app/refuse.sh
. "$here/../app/refuse.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cp "$here/../../jobs/studies/rastrigin.toml" study.toml
cat >site.env <<EOT
ARCHIPEL_PROGRAM=$program ARCHIPEL_NODES=1 ARCHIPEL_RANKS_PER_NODE=1 ARCHIPEL_CPUS_PER_RANK=1 ARCHIPEL_GPUS_PER_NODE=0
ARCHIPEL_LAUNCHER=mpirun ARCHIPEL_RESTARTS=20
EOT
mkdir bin
cat >bin/mpirun <<'EOT'
#!/bin/sh
trap '' USR2
kill -s USR1 "$PPID"
sleep 0.5
exit 3
EOT
# Refuses the requeue, so that the job ends at once.
cat >bin/scontrol <<'EOT'
#!/bin/sh
[ "$1" = requeue ] || exit 0
echo requeue >>requeues
kill -s USR1 "$PPID"
kill -s USR2 "$PPID"
sleep 0.5
exit 1
EOT
chmod +x bin/*

code=0
PATH=$folder/bin:$PATH ARCHIPEL_JOBS=$here/../../jobs ARCHIPEL_SITE=$folder/site.env SLURM_JOB_ID=1 SLURM_JOB_END_TIME=4000000000 \
  bash "$here/../../jobs/archipel.sbatch" study.toml r.h5 >out 2>&1 || code=$?
if [ "$code" != 3 ] || [ "$(wc -l <requeues)" != 1 ] || ! grep -q 'cannot be requeued' out; then fail "warned twice: exit $code" "$(cat out)"; fi
