#!/usr/bin/env bash
# killed_kinds.sh PROGRAM MPIRUN [KIND...]: a study of each kind of strategy, killed with SIGKILL in the middle on two ranks and resumed on one
# or three, ends without a difference from one that was left alone.
set -euo pipefail
program=$1 mpirun=$2
shift 2
kinds=("$@")
[ $# -gt 0 ] || kinds=(random evolution aging nsga2 nsga3 local gp bananas tpe reinforce nes cmaes portfolio)
# shellcheck source=tests/app/refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
unset ARCHIPEL_PINNED   # bits are compared
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# rows FILE: how many there are.
rows() { /usr/bin/python3 -c 'import h5py, sys; print(int((h5py.File(sys.argv[1])["stages/0-search/rows"][:]["checksum"] != 0).sum()))' "$1"; }

# front FILE: the candidates that the file keeps as its front; none is an error.
front() { /usr/bin/python3 -c 'import h5py, sys; f = h5py.File(sys.argv[1])["stages/0-search/front"][0]; f = f[f["checksum"] != 0]; print(f); assert len(f)' "$1"; }

cat >study.toml <<'EOF'
evaluator = { kind = "function" }
space.kind = "genes"
[[stage]]
islands = 2
budget.evaluations = 120
migration = { interval = 8, topology = "ring" }
EOF
resumed_on=(1 3)
count=0
for kind in "${kinds[@]}"; do
  function=rosenbrock objectives='[]'
  [ "$kind" != nsga2 ] || function=zdt1 objectives='["f1", "f2"]'
  [ "$kind" != nsga3 ] || function=dtlz2 objectives='["f1", "f2", "f3"]'
  settings=(study.toml --quiet --set limits.deaths=0 --set "evaluator.function.name=$function" --set evaluator.function.dimensions=5
    --set "stage.0.strategy.0.kind=$kind" --set stage.0.strategy.0.population=12)
  [ "$objectives" = '[]' ] || settings+=(--set "stage.0.objectives=$objectives")
  "$program" run "${settings[@]}" --results whole.h5 >out 2>&1 || fail "$kind: exit $?" "$(cat out)"

  setsid "$mpirun" 2 "$program" run "${settings[@]}" --set 'run.delay=[0.1,0.1]' --results "$folder/r.h5" >out 2>&1 &
  job=$!
  for ((tries = 0; tries < 400; ++tries)); do
    [ -e r.h5 ] && [ "$(rows r.h5)" -gt 0 ] && break
    sleep 0.05
  done
  mapfile -t processes < <(pgrep -f "^$program run .*$folder/r.h5" || true)
  kill -KILL -- "-$job" "${processes[@]}" 2>/dev/null || true
  { wait "$job" || true; } 2>/dev/null
  for ((tries = 0; tries < 100; ++tries)); do
    pgrep -f "^$program run .*$folder/r.h5" >/dev/null || break
    sleep 0.05
  done
  there=$(rows r.h5)
  if [ "$there" -lt 1 ] || [ "$there" -ge 120 ]; then fail "$kind: $there rows at the kill: not in the middle" "$(cat out)"; fi

  ranks=${resumed_on[count++ % 2]}
  "$mpirun" "$ranks" "$program" run "${settings[@]}" --resume --results "$folder/r.h5" >out 2>&1 || fail "$kind: the resume on $ranks ranks" "$(cat out)"
  [ "$(rows r.h5)" = 120 ] || fail "$kind: $(rows r.h5) rows at the end"
  "$program" diff whole.h5 r.h5 >out || fail "$kind, killed after $there rows, resumed on $ranks ranks:" "$(cat out)"
  if [ "$objectives" != '[]' ]; then
    cmp <(front whole.h5) <(front r.h5) || fail "$kind: the fronts in the files differ"
    "$program" verify r.h5 >out || fail "$kind: verify" "$(cat out)"
  fi
  echo "$kind: killed after $there of 120 rows, resumed on $ranks ranks: no difference"
  rm -rf ./*.h5 ./*.artefacts
done
