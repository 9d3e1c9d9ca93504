#!/usr/bin/env bash
# oom_killed.sh PROGRAM MPIRUN: candidates that really allocate past the limit of a control group: the kernel kills their rank, the
# launcher ends the job, the next start goes on; after two deaths the candidate is a row with outcome error, and the study ends.
# Exit 77, skipped, where no control group with a limit can be made.
set -euo pipefail
program=$1 mpirun=$2
# shellcheck source=tests/app/refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
# shellcheck source=tests/app/small_study.sh
. "$(dirname "${BASH_SOURCE[0]}")/small_study.sh"
group=/sys/fs/cgroup/memory/archipel-test-$$ limit=memory.limit_in_bytes
if [ ! -d /sys/fs/cgroup/memory ]; then
  group=/sys/fs/cgroup/archipel-test-$$ limit=memory.max
fi
if ! mkdir "$group" 2>/dev/null || ! echo 1500000000 >"$group/$limit"; then
  rmdir "$group" 2>/dev/null || true
  echo "SKIPPED: no control group with a limit of memory can be made here"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"; rmdir "$group"' EXIT
cd "$folder"
head -c 30000 /dev/urandom >pixels
small_study pixels
printf '[limits]\nmemory = 1_000_000_000\n' >>study.toml
study=(study.toml --quiet --set 'space.widths=[1, 1024]' --set 'space.cells=[16]' --set 'space.operations=["conv5x5"]' --set space.nodes=2
  --set stage.0.budget.evaluations=5 --results "$folder/r.h5") # 1.7 GB of parameters and more, or next to none
deaths=0
for ((start = 1; start <= 12; ++start)); do
  code=0
  bash -c 'echo $$ >"$0/cgroup.procs"; exec "$@"' "$group" "$mpirun" 2 "$program" run "${study[@]}" --resume-if-present >out 2>&1 || code=$?
  [ "$code" != 0 ] || break
  grep -Eq 'signal 9|KILLED BY SIGNAL' out || fail "start $start: exit $code, but not because a rank was killed" "$(cat out)"
  ! pgrep -f "^$program run .*$folder/r.h5" >/dev/null || fail "start $start: processes are left"
  deaths=$((deaths + 1))
done
[ "$code" = 0 ] || fail "not finished after $deaths deaths" "$(cat out)"
[ "$deaths" -ge 2 ] || fail "nothing was killed: $deaths deaths"
"$program" status r.h5 >out
grep -Eq 'outcomes .*[0-9]+ ok, [0-9]+ error' out || fail "no outcome error:" "$(cat out)"
"$program" verify r.h5 >>out || fail "verify:" "$(cat out)"
echo "$deaths deaths: $(sed -n 's/ *outcomes *//p' out | sed -n 1p)"
