#!/usr/bin/env bash
# local.sh [STUDY] [--ranks N] [-- options of archipel run]: on this machine, from a fresh clone to a finished study. Installs
# what is missing (setup.sh), builds (build.sh), and runs STUDY (default: fashion-mnist.toml beside this script) under mpirun on
# all cores, again after a failure. Results: results/<name of the study file>.h5, or in the folder that ARCHIPEL_RESULTS names.
set -euo pipefail

jobs=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$jobs")
study='' ranks=all

refuse() {
  printf '%s\n' "$@" "usage: jobs/local.sh [STUDY] [--ranks N] [-- options of archipel run]" >&2
  exit 2
}
while [ "$#" -gt 0 ]; do
  case $1 in
    --ranks)
      [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || refuse "--ranks ${2:-}: a whole number from 1"
      ranks=$2
      shift 2
      ;;
    --)
      shift
      break
      ;;
    -h | --help)
      echo "usage: jobs/local.sh [STUDY] [--ranks N] [-- options of archipel run]"
      echo "Installs what is missing, builds, and runs STUDY (default: fashion-mnist.toml) on this machine."
      exit 0
      ;;
    -*) refuse "$1: unknown option" ;;
    *)
      [ -z "$study" ] || refuse "$1: one study at a time"
      study=$1
      shift
      ;;
  esac
done
study=${study:-$jobs/studies/fashion-mnist.toml}
[ -r "$study" ] || refuse "$study: no such study file"
[ -f "$study" ] || refuse "$study: no file: the study is read again when it goes on after a failure"
name=$(basename "$study" .toml)
results=${ARCHIPEL_RESULTS:-$root/results}/$name.h5

preset=$("$jobs/setup.sh")
"$jobs/build.sh" "$preset" archipel
program=$root/build/$preset/archipel
launcher=$(sed -n 's/^MPIEXEC_EXECUTABLE:FILEPATH=//p' "$root/build/$preset/CMakeCache.txt")

mkdir -p "$(dirname "$results")"
printf 'Running %s, results in %s\n' "$study" "$results"
# shellcheck source=jobs/keep_going.sh
. "$jobs/keep_going.sh"
export ARCHIPEL_MPIEXEC=$launcher
keep_going "$program" "$results" "$jobs/mpirun.sh" "$ranks" "$program" run "$study" --results "$results" --resume-if-present "$@"
