#!/usr/bin/env bash
# extend.sh PROGRAM MPIRUN [train]: a study that is extended to a larger budget in a new file, on another number of ranks, is the study
# that had the larger budget from the start, and the rows that were there are not evaluated again.
set -euo pipefail
program=$1 mpirun=$2 train=${3:-}
# shellcheck source=tests/app/refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
# shellcheck source=tests/app/small_study.sh
. "$(dirname "${BASH_SOURCE[0]}")/small_study.sh"
unset ARCHIPEL_PINNED
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
if [ "$train" = train ]; then
  head -c 20000 /dev/urandom >pixels
  small_study pixels
  sed -i 's/^budget.evaluations = 2/budget.evaluations = 4/; s/^islands = 1/islands = 2/; s/^fidelity.epochs = 1/fidelity.epochs = 20/; s/nodes = 1/nodes = 3/; s/widths = .*/widths = [1, 2, 3]/' study.toml
  larger=(--set stage.0.budget.evaluations=10 --set stage.1.candidates=3)
else
  cat >study.toml <<'EOF'
evaluator = { kind = "function", function = { name = "rastrigin", dimensions = 4, sleep = 0.02, cost_spread = 4 } }
space.kind = "genes"
[[stage]]
islands = 3
budget.evaluations = 90
migration = { interval = 5 }
strategy = [{ kind = "evolution", population = 6 }]
EOF
  larger=(--set stage.0.budget.evaluations=150)
fi
"$mpirun" 2 "$program" run study.toml --quiet --results small.h5 >/dev/null
"$mpirun" 2 "$program" run study.toml --quiet --results large.h5 "${larger[@]}" >/dev/null
under 3 run study.toml --quiet --results r.h5 --extend small.h5 "${larger[@]}"
[ "$code" = 0 ] || fail "extended: exit $code" "$output"
"$program" diff large.h5 r.h5 >difference || fail "extended:" "$(cat difference)"
"$program" verify r.h5 >out || fail "extended:" "$(cat out)"
/usr/bin/python3 - <<'PYTHON'
import h5py
small, r = ({key: seconds for key, seconds in zip(zip(rows["key_high"], rows["key_low"]), run["seconds"])}
            for name in ("small.h5", "r.h5")
            for file in [h5py.File(name)]
            for rows, run in [(file["stages/0-search/rows"][:].ravel(), file["stages/0-search/run"][:].ravel())])
both = [key for key in small if key in r and key != (0, 0)]
spent, before = sum(r[key] for key in both), sum(small[key] for key in both)
print(f"{len(both)} evaluations of both: {spent:.3f} s instead of {before:.3f} s")
assert len(both) >= 4 and spent < 0.2 * before
PYTHON
under 2 run study.toml --results other.h5 --extend small.h5 --set seed=9
if [ "$code" != 2 ] || ! grep -q 'small.h5 was made with seed = 1, the study now has 9' <<<"$output"; then fail "another seed: exit $code" "$output"; fi
under 2 run study.toml --results other.h5 --extend absent.h5
[ "$code" = 2 ] || fail "extends nothing: exit $code" "$output"
[ ! -e other.h5 ] || fail "a refused extension made a file"
