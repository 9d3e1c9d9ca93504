#!/usr/bin/env bash
# nccl_check.sh PROGRAM RANKS LAUNCHER... [-- options of archipel run]: are the GPUs here, and teams of them, fit for Archipel?
# Trainings on one GPU, exact sums over NCCL by every rank, the bandwidth, then a short study. PROGRAM lies in a build with CUDA and
# tests; LAUNCHER... starts a command on RANKS ranks, one for each GPU. In a Slurm job: nccl_check.sbatch. Exit 2: it cannot be done.
set -euo pipefail

jobs=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
refuse() {
  printf '%s\n' "$@" >&2
  exit 2
}
[ "$#" -ge 3 ] || refuse "usage: nccl_check.sh PROGRAM RANKS LAUNCHER... [-- options of archipel run]"
program=$1 ranks=$2 launch=()
shift 2
while [ "$#" -gt 0 ] && [ "$1" != -- ]; do
  launch+=("$1")
  shift
done
[ "$#" -eq 0 ] || shift

build=$(dirname "$program")
training=$build/tests/train/gpu_training_test sums=$build/tests/mpi/nccl_sync_gpu_test bandwidth=$build/tests/bench/nccl_bench
count=$build/tests/mpi/gpu_count
for tool in "$count" "$training" "$sums" "$bandwidth"; do
  [ -x "$tool" ] || refuse "no $tool: build the preset cuda, with its tests, and name its program (ARCHIPEL_PROGRAM in site.env)"
done
folder=$(mktemp -d "${SLURM_SUBMIT_DIR:-.}/nccl-check-XXXXXX")
trap 'rm -rf "$folder"' EXIT

shards=4   # a power of two, at least one for each rank
while [ "$shards" -lt "$ranks" ]; do shards=$((2 * shards)); done
batch=$((16 * shards > 512 ? 16 * shards : 512))

step() { printf '\n== %s\n' "$*"; }
[ "$("$count")" != 0 ] || refuse "no GPU is visible on $(hostname): look at the job's options and at nvidia-smi"
step "Trainings on one GPU, against the CPU"
"$training"
step "Exact sums on $ranks ranks"
"${launch[@]}" "$sums"
step "Bandwidth"
"${launch[@]}" "$bandwidth"
step "A short study, $ranks GPUs to a candidate"
"${launch[@]}" "$program" run "$jobs/studies/fashion-mnist.toml" --results "$folder/check.h5" "$@" \
  --set numerics.device=cuda --set "training.shards=$shards" --replicas "$ranks" \
  --set "training.batch=$batch" --set stage.0.budget.cost=0 --set stage.0.budget.evaluations=8 --set stage.1.candidates=2 --set stage.2.fidelity.epochs=1 \
  --set stage.3.fidelity.epochs=2
step "All of it works here: please tell the project, with this log"
