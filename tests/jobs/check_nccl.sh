#!/usr/bin/env bash
# check_nccl.sh PROGRAM: what `submit.sh --check-nccl` and jobs with GPUs ask Slurm for, and what nccl_check.sbatch says where it cannot
# work. Slurm's commands are stand-ins here.
set -euo pipefail
program=$(realpath "$1") here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/app/refuse.sh
. "$here/../app/refuse.sh"
jobs=$(realpath "$here/../../jobs")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cp "$jobs/studies/rastrigin.toml" study.toml
cat >site.env <<EOT
ARCHIPEL_PROGRAM=$program ARCHIPEL_NODES=2 ARCHIPEL_RANKS_PER_NODE=64 ARCHIPEL_CPUS_PER_RANK=3
ARCHIPEL_GPUS_PER_NODE=\${GPUS:-4} ARCHIPEL_RANKS_PER_GPU=2
sbatch_options=(--account=me) ARCHIPEL_LAUNCHER=mpirun ARCHIPEL_RESTARTS=20
EOT
mkdir bin
cat >bin/sbatch <<'EOT'
#!/bin/sh
echo "$@" >>submitted
echo 17
EOT
chmod +x bin/sbatch
export PATH=$folder/bin:$PATH ARCHIPEL_SITE=$folder/site.env

ends() {   # ends CODE TEXT COMMAND...
  local code=0 wanted=$1 text=$2
  shift 2
  output=$("$@" 2>&1) || code=$?
  if [ "$code" != "$wanted" ] || [[ $output != *"$text"* ]]; then fail "$*: exit $code, not $wanted with '$text':" "$output"; fi
}
asked() {   # asked LINE TEXT...: the submission with this number
  local line text
  line=$(sed -n "$1p" submitted)
  shift
  for text in "$@"; do [[ " $line " == *" $text "* ]] || fail "no $text in: $line"; done
}

ends 0 "archipel-nccl-17.log" "$jobs/submit.sh" --check-nccl
asked 1 --account=me --nodes=2 --gpus-per-node=4 --cpus-per-task=3 "$jobs/nccl_check.sbatch"
[[ $(sed -n 1p submitted) == *--ntasks-per-node=4* ]] || fail "not one rank for each GPU: $(cat submitted)"
ends 0 "study      job 17" "$jobs/submit.sh" study.toml
asked 2 --gpus-per-node=4 --ntasks-per-node=8 "--set numerics.device=cuda"
GPUS=0 ends 2 "allowed for --check-nccl are 1 and more" "$jobs/submit.sh" --check-nccl
ends 2 "takes nothing else" "$jobs/submit.sh" --check-nccl study.toml
ends 2 "at most training.shards" "$jobs/submit.sh" "$jobs/studies/fashion-mnist.toml" -- --replicas 7
rm bin/sbatch
command -v sbatch >/dev/null || ends 2 "no sbatch here" "$jobs/submit.sh" --check-nccl
[ "$(wc -l <submitted)" = 3 ] || fail "more was submitted:" "$(cat submitted)"

ends 2 "runs as a Slurm job" env ARCHIPEL_JOBS="$jobs" bash "$jobs/nccl_check.sbatch"
mkdir build
cp "$program" build/archipel
sed "s|^ARCHIPEL_PROGRAM=[^ ]*|ARCHIPEL_PROGRAM=$folder/build/archipel|" site.env >here.env
ends 2 "build the preset cuda" env ARCHIPEL_JOBS="$jobs" ARCHIPEL_SITE="$folder/here.env" SLURM_JOB_ID=1 bash "$jobs/nccl_check.sbatch"
