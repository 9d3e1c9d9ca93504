#!/usr/bin/env bash
# piped.sh PROGRAM MPIRUN: a study comes from a pipe or from standard input; one of several tasks that an other MPI's launcher
# started does not do the work of all.
set -euo pipefail
program=$1 mpirun=$2
# shellcheck source=refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
# shellcheck source=small_study.sh
. "$(dirname "${BASH_SOURCE[0]}")/small_study.sh"
unset ARCHIPEL_PINNED                  # it starts itself anew, and reads the study once more
unset OMPI_MCA_ess_singleton_isolated   # MPI then sets the variables of a launcher itself
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
table_study 4 60 >study.toml

# expect CODE TEXT ARGUMENTS...: how the program ends, and a part of what it says.
expect() {
  local expected=$1 text=$2
  shift 2
  under 1 "$@"
  [ "$code" = "$expected" ] || fail "$*: exit $code instead of $expected:" "$output"
  [[ $output == *"$text"* ]] || fail "$*: no '$text':" "$output"
}
"$program" run study.toml --quiet --results file.h5 >/dev/null

# same NAME: NAME.h5 is what the file gave, and nothing else is new.
same() { "$program" diff file.h5 "$1.h5" >out || fail "$1: another study:" "$(cat out)"; }
"$program" run <(cat study.toml) --quiet --results pipe.h5 >/dev/null
same pipe
"$program" run - --quiet --results input.h5 >/dev/null <study.toml
same input
"$mpirun" 2 "$program" run - --quiet --results ranks.h5 >/dev/null < <(cat study.toml)
same ranks
mkfifo fifo
cat study.toml >fifo &
"$program" run fifo --quiet --results fifo.h5 >/dev/null
same fifo
"$program" run <(cat study.toml) --quiet --results more.h5 --extend file.h5 --set stage.0.budget.evaluations=80 >/dev/null
"$program" run <(cat study.toml) --quiet --results pipe.h5 --resume >/dev/null
[[ "$("$program" check - <study.toml)" == "standard input: correct"* ]] || fail "check - takes another study"
[[ "$("$program" simulate --teams 4 <(cat study.toml))" == *" 60 evaluations"* ]] || fail "simulate takes another study"
"$program" compare <(cat study.toml) --strategies aging --seeds 2 >out || fail "compare takes no pipe" "$(cat out)"
expect 2 "standard input:1: unknown key sede" run <(echo 'sede = 1') --quiet --results wrong.h5
expect 2 "stage = []: the study needs" check - </dev/null

# Seeds end with the largest that a study may have.
expect 2 "beyond the largest, 9223372036854775807" compare study.toml --strategies aging --seeds 3 --set seed=9223372036854775806
expect 0 "aging" compare study.toml --strategies aging --seeds 2 --set seed=9223372036854775806

# Tasks of a launcher that this MPI does not know: one message, none does anything; but each may if it is told to.
for command in "run study.toml --quiet --results copy.h5" "compare study.toml --strategies aging --seeds 2" "bench exchange"; do
  for task in 0 1; do
    # shellcheck disable=SC2086   # words
    SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=$task "$program" $command >"out$task" 2>&1 && code=0 || code=$?
    [ "$code" = 2 ] || fail "task $task of two, $command: exit $code" "$(cat "out$task")"
  done
  grep -q '^archipel: .*SLURM_STEP_NUM_TASKS = 2.* --mpi=pmix' out0 || fail "$command: no such message:" "$(cat out0)"
  [ ! -s out1 ] || fail "$command: said twice:" "$(cat out1)"
done
[ ! -e copy.h5 ] || fail "a task that was refused left results"
PMI_SIZE=2 PMI_RANK=1 "$program" run study.toml --quiet --alone --results alone.h5 >/dev/null
same alone
SLURM_STEP_NUM_TASKS=2 "$program" status file.h5 >/dev/null
SLURM_NTASKS=4 SLURM_JOB_ID=1 "$program" run study.toml --quiet --results script.h5 >/dev/null
same script
SLURM_STEP_NUM_TASKS=2 "$mpirun" 2 "$program" run study.toml --quiet --results step.h5 >/dev/null
same step
