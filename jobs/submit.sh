#!/usr/bin/env bash
# submit.sh STUDY [--seeds SEEDS] [--results FOLDER] [-- options of archipel run]: submits a study to Slurm, with --seeds also replicates
# (for example 2-9%4: seeds 2 to 9, four at a time), and an analysis that starts when all are finished. Nodes, ranks, partition
# and program: site.env. The same command again goes on with what is there. submit.sh --check-nccl: are the site's GPUs fit for it?
set -euo pipefail
jobs=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
usage="usage: jobs/submit.sh STUDY [--seeds SEEDS] [--results FOLDER] [-- options of archipel run], or jobs/submit.sh --check-nccl"
case ${1:-} in -h | --help) echo "$usage" && exit 0 ;; esac
# shellcheck source=jobs/site.sh
. "$jobs/site.sh"

command -v sbatch >/dev/null || wrong "no sbatch here: submit from a machine that has Slurm's commands"

ranks=$ARCHIPEL_RANKS_PER_NODE
shape=() device=()
if [ "$ARCHIPEL_GPUS_PER_NODE" -gt 0 ]; then
  ranks=$((ARCHIPEL_GPUS_PER_NODE * ARCHIPEL_RANKS_PER_GPU))
  shape=(--gpus-per-node="$ARCHIPEL_GPUS_PER_NODE")
  device=(--set numerics.device=cuda)   # a broken driver is an error, not a slow job
fi
shape+=(--nodes="$ARCHIPEL_NODES" --ntasks-per-node="$ranks" --cpus-per-task="$ARCHIPEL_CPUS_PER_RANK")
export ARCHIPEL_JOBS=$jobs ARCHIPEL_SITE
ARCHIPEL_SITE=$(realpath "$site")

if [ "${1:-}" = --check-nccl ]; then
  [ "$#" = 1 ] || wrong "--check-nccl takes nothing else" "$usage"
  [ "$ARCHIPEL_GPUS_PER_NODE" -gt 0 ] || wrong "$site: ARCHIPEL_GPUS_PER_NODE=0: allowed for --check-nccl are 1 and more"
  job=$(sbatch --parsable "${sbatch_options[@]}" --time=00:15:00 "${shape[@]}" --ntasks-per-node="$ARCHIPEL_GPUS_PER_NODE" \
    "$jobs/nccl_check.sbatch")   # one rank for each GPU
  echo "job ${job%%;*}: what it finds will be in archipel-nccl-${job%%;*}.log"
  exit 0
fi

study='' seeds='' folder=${ARCHIPEL_RESULTS:-results}
while [ "$#" -gt 0 ]; do
  case $1 in
    --seeds | --results)
      [ -n "${2:-}" ] || wrong "$1: a value is missing" "$usage"
      if [ "$1" = --seeds ]; then seeds=$2; else folder=$2; fi
      shift 2
      ;;
    --)
      shift
      break
      ;;
    -*) wrong "$1: unknown option" "$usage" ;;
    *)
      [ -z "$study" ] || wrong "$1: one study at a time" "$usage"
      study=$1
      shift
      ;;
  esac
done
[ -r "$study" ] || wrong "${study:-no study}: no such study file" "$usage"
[ -f "$study" ] || wrong "$study: no file: jobs read the study when they start, and again when they go on" "$usage"
set -- "${device[@]}" "$@"
mapfile -t numbers < <(IFS=, && for part in ${seeds%\%*}; do
  [[ $part =~ ^([0-9]+)(-([0-9]+))?$ ]] && seq "${BASH_REMATCH[1]}" "${BASH_REMATCH[3]:-${BASH_REMATCH[1]}}" || echo wrong
done)
if [[ ! $seeds =~ ^([-0-9,]+(%[1-9][0-9]*)?)?$ || " ${numbers[*]} " == *" wrong "* ]]; then
  wrong "--seeds $seeds: allowed are forms like 1-8, 1-8%4 and 1,3,7"
fi

study=$(realpath "$study")
settings=() previous=''   # of all options, what `check` understands
for option in "${run_options[@]}" "$@"; do
  if [ "$previous" = --set ]; then settings+=(--set "$option"); fi
  if [ "$previous" = --replicas ]; then settings+=(--set "run.replicas=$option"); fi
  if [[ $option == --set=* ]]; then settings+=("$option"); fi
  previous=$option
done
"$program" check "$study" "${settings[@]}" >/dev/null   # mistakes are told here and now
mkdir -p "$folder"
folder=$(realpath "$folder") name=$(basename "$study" .toml)
submit() { sbatch --parsable --job-name="$name" "${sbatch_options[@]}" "$@"; }

job=$(submit "${shape[@]}" --output="$folder/%x-%j.log" "$jobs/archipel.sbatch" "$study" "$folder/$name.h5" "$@")
echo "study      job ${job%%;*}, $folder/$name.h5"
after=${job%%;*} files=("$folder/$name.h5")
if [ -n "$seeds" ]; then
  job=$(submit "${shape[@]}" --array="$seeds" --output="$folder/%x-%A_%a.log" "$jobs/array.sbatch" "$study" "$folder" "$@")
  echo "replicates job ${job%%;*}, $folder/$name-seed*.h5"
  after+=:${job%%;*}
  for seed in "${numbers[@]}"; do files+=("$folder/$name-seed$seed.h5"); done
fi
job=$(submit --dependency="afterok:$after" --kill-on-invalid-dep=yes --output="$folder/%x-%j-analysis.log" \
  "$jobs/analysis.sbatch" "${files[@]}")
echo "analysis   job ${job%%;*}, $folder/$name-${job%%;*}-analysis.log"
cat <<TEXT
watch      squeue --me; $(printf '%q status --follow %q' "$program" "$folder/$name.h5")
stop       scancel --batch --signal=TERM JOB (in good order, for good); go on: the same command again
TEXT
