#!/usr/bin/env bash
# gpu_report.sh [--minutes N] [-o FILE] [-- options of build.sh]: what Archipel does on this machine's GPUs: builds it, runs the tests that
# need GPUs, the check of NCCL and the default study, all in N minutes (12), and writes a report in Markdown (gpu-report.md). A part
# that needs a GPU says so where there is none; the others are done. Exit 1: something failed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
usage="usage: gpu_report.sh [--minutes N] [-o FILE] [-- options of build.sh]"
refuse() {
  printf '%s\n' "$@" >&2
  exit 2
}
minutes=12 report=gpu-report.md
while [ "$#" -gt 0 ]; do
  case $1 in
    --minutes | -o)
      [ -n "${2:-}" ] || refuse "$1: a value is missing. $usage"
      if [ "$1" = -o ]; then report=$2; else minutes=$2; fi
      shift 2
      ;;
    --)
      shift
      break
      ;;
    -h | --help)
      echo "$usage"
      exit 0
      ;;
    *) refuse "$1: unknown option. $usage" ;;
  esac
done
[[ $minutes =~ ^[1-9][0-9]*$ ]] || refuse "--minutes $minutes: a whole number from 1"
: >"$report" || refuse "-o $report: cannot be written"

logs=$here/work/report build=$here/source/build/site jobs=$here/source/jobs
mkdir -p "$logs"
rm -f "$logs"/*.log
failures=0 rows='' gpus=0
left() { echo $((60 * minutes - SECONDS)); }
row() { rows+="| $1 | $2 | $3 |"$'\n'; }

# step NAME LIMIT COMMAND...: within LIMIT seconds and the time that is left. Its output goes to the log NAME; sets code and seconds.
step() {
  local name=$1 limit=$2 started=$SECONDS
  shift 2
  [ "$limit" -le "$(left)" ] || limit=$(left)
  [ "$limit" -ge 1 ] || limit=1
  printf '%s (at most %d s): ' "$name" "$limit"
  code=0
  timeout --signal=USR2 --kill-after=30 "$limit" "$@" >"$logs/$name.log" 2>&1 </dev/null || code=$?
  seconds=$((SECONDS - started))
  printf 'exit %d after %d s\n' "$code" "$seconds"
}
judge() {   # judge ROW: as exit codes say
  case $code in
    0) row "$1" passed "$seconds" ;;
    124 | 137) row "$1" "stopped at its time limit" "$seconds" && failures=1 ;;
    *) row "$1" "**failed** (exit $code)" "$seconds" && failures=1 ;;
  esac
}
for_gpus() {   # for_gpus ROW: whether there is a GPU; if not, the row says so
  [ "$gpus" = 0 ] || return 0
  row "$1" "not done: $why" 0
  return 1
}

step build "$(left)" "$here/build.sh" "$@"
judge build
if [ "$code" = 0 ]; then
  cache() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }
  prefix=$(cat "$here/work/prefix") why="no GPU"
  export ARCHIPEL_MPIEXEC ARCHIPEL_FASHION_MNIST=$prefix/share/datasets/fashion-mnist
  ARCHIPEL_MPIEXEC=$(cache MPIEXEC_EXECUTABLE)
  if [ -x "$build/tests/mpi/gpu_count" ]; then gpus=$("$build/tests/mpi/gpu_count" 2>/dev/null) || gpus=0; else why="built without CUDA"; fi

  step mpi 60 "$jobs/mpirun.sh" 2 "$build/archipel" run "$jobs/studies/rastrigin.toml" --results "$logs/mpi-$$.h5"
  judge "a study of a function, 2 ranks"
  if for_gpus "tests with the label gpu"; then
    step tests 150 "$here/test.sh" --gpu
    judge "tests with the label gpu"
    while read -r name outcome took; do row "&nbsp; $name" "$outcome" "$took"; done < <(
      sed -nE 's/.*Test +#[0-9]+: ([^ ]+) \.+ *\**(Passed|Failed|Skipped|Timeout|Not Run|Exception[^0-9]*) +([0-9.]+) sec.*/\1 \2 \3/p' "$logs/tests.log" | sed 's/Not Run/Not-run/')
  fi
  if for_gpus "check of NCCL"; then
    step nccl 150 "$jobs/nccl_check.sh" "$build/archipel" "$gpus" "$jobs/mpirun.sh" "$gpus" -- --set "run.data_directory=$ARCHIPEL_FASHION_MNIST"
    judge "check of NCCL, $gpus ranks"
  fi
  if for_gpus "default study"; then
    # Asked to stop, it finishes within its grace what it can, and keeps the rest.
    step study $(($(left) - 30)) "$jobs/mpirun.sh" "$gpus" "$build/archipel" run "$jobs/studies/fashion-mnist.toml" --results "$logs/study-$$.h5" \
      --set numerics.device=cuda --set run.grace=15 --set "run.data_directory=$ARCHIPEL_FASHION_MNIST"
    judge "default study, $gpus ranks"
  fi
fi

first() { "$@" 2>/dev/null | sed -n 1p || true; }
{
  printf '# Archipel on GPUs: a report\n\n| | |\n|---|---|\n'
  printf '| date | %s |\n' "$(date -u +%F)"
  printf '| commit | %s |\n' "$(cat "$here/source.commit")"
  printf '| GPUs | %s |\n' "$(nvidia-smi --query-gpu=name,memory.total --format=csv,noheader 2>/dev/null | sort | uniq -c | sed 's/^ *\([0-9]*\) /\1 x /' | paste -sd ';' | grep . || echo none)"
  printf '| driver | %s |\n' "$(first nvidia-smi --query-gpu=driver_version --format=csv,noheader | grep . || echo none)"
  printf '| processor | %s, %s cores |\n' "$(lscpu 2>/dev/null | sed -n 's/^Model name: *//p' | sed -n 1p)" "$(nproc)"
  if [ -e "$build/CMakeCache.txt" ]; then
    printf '| compiler | %s |\n' "$(first "$(cache CMAKE_CXX_COMPILER)" --version)"
    printf '| what was found | %s |\n' "$(sed -n 's/^-- \(Archipel [0-9].*\)/\1/p' "$here/work/archipel.log" | tail -n 1)"
    printf '| CUDA | %s |\n' "$(sed -n 's/^-- Found CUDAToolkit: .*version "\([^"]*\)".*/\1/p' "$here/work/archipel.log" | sed -n 1p | grep . || echo none)"
    printf '| NCCL | %s |\n' "$(sed -n 's/^#define NCCL_\(MAJOR\|MINOR\|PATCH\) *//p' "$(cache NCCL_INCLUDE_DIR)/nccl.h" 2>/dev/null | paste -sd . | grep . || echo none)"
    printf '| PyTorch | %s |\n' "$(sed -n "s/^__version__ = '\(.*\)'/\1/p" "$(cache Torch_DIR)/../../../version.py" 2>/dev/null | grep . || echo unknown)"
    printf '| oneDNN | %s |\n' "$(cache dnnl_DIR)"
  fi
  # shellcheck disable=SC2016   # Markdown's quotes
  end_of() { printf '\nThe end of the log of %s:\n\n```\n%s\n```\n' "$1" "$(tail -n 40 "$logs/$1.log")"; }
  printf '\n| part | outcome | seconds |\n|---|---|---|\n%s| all | | %d |\n' "$rows" "$SECONDS"
  for name in build mpi tests nccl study; do
    if [ -e "$logs/$name.log" ] && { [ "$failures" != 0 ] || [[ $name =~ ^(nccl|study)$ ]]; }; then end_of "$name"; fi
  done
} >"$report"
cat "$report"
exit "$failures"
