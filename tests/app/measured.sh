#!/usr/bin/env bash
# measured.sh PROGRAM MPIRUN: latency that the machine measures is an objective: with replicas, after a kill, in diff and verify; it follows
# the size of networks.
set -euo pipefail
program=$1 mpirun=$2
# shellcheck source=tests/app/refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
# shellcheck source=tests/app/small_study.sh
. "$(dirname "${BASH_SOURCE[0]}")/small_study.sh"
unset ARCHIPEL_PINNED OMPI_MCA_ess_singleton_isolated   # bits are compared
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
head -c 20000 /dev/urandom >pixels
small_study pixels
cat >study.toml <<'EOF'
data = { train_images = "images.gz", train_labels = "labels.gz", validation = 100 }
training = { batch = 64 }
latency = { batch = 8, measure = 15 }
[space]
nodes = 5
operations = ["conv1x1", "conv3x3", "conv5x5", "maxpool"]
widths = [4, 32]
cells = [1, 3]
stages = 1
[[stage]]
islands = 2
budget.evaluations = 24
fidelity = { epochs = 1 }
objectives = ["validation_accuracy", "measured_latency"]
strategy = [{ kind = "random" }]
EOF

"$program" run study.toml --quiet --results one.h5 >out || fail "one rank:" "$(cat out)"
grep -q 'front' out || fail "no front" "$(cat out)"
/usr/bin/python3 - <<'EOF' || fail "wrong measurements"
import h5py, numpy
stage = h5py.File("one.h5")["stages/0-search"]
rows = stage["rows"][:].ravel()
rows = rows[rows["checksum"] != 0]
latency, macs = rows["measured_latency"], rows["macs"]
assert len(rows) == 24 and (latency > 0).all() and (latency < 1e6).all(), latency
rank = lambda values: numpy.argsort(numpy.argsort(values))
correlation = numpy.corrcoef(rank(latency), rank(macs))[0, 1]
print(f"rank correlation with multiply-accumulates: {correlation:.2f}")
assert correlation > 0   # of what machines measure no more can be promised
assert list(stage.attrs["measured"]) == [b"measured_latency"] or list(stage.attrs["measured"]) == ["measured_latency"]
EOF
"$mpirun" 4 "$program" run study.toml --quiet --replicas 2 --results many.h5 >out 2>&1 || fail "replicas:" "$(cat out)"
"$program" diff one.h5 many.h5 >out || fail "replicas gave other bits:" "$(cat out)"
grep -q 'measured_latency is what machines measured, and was not compared' out || fail "diff compares it in silence" "$(cat out)"
"$program" verify one.h5 --sample 5 >out || fail "verify:" "$(cat out)"

# A search that optimises it goes on with the measurements that it made before it was killed.
optimised=(study.toml --quiet --set stage.0.strategy.0.kind=nsga2 --set stage.0.strategy.0.population=4 --results "$folder/killed.h5")
"$program" run "${optimised[@]}" --set 'run.delay=[0.3]' >/dev/null 2>&1 &
job=$!
until grep -Eq 'under way, ([6-9]|1[0-9])' <<<"$("$program" status killed.h5 2>/dev/null)"; do
  kill -0 "$job" 2>/dev/null || fail "it ended before it was seen under way"
  sleep 0.05
done
kill -KILL "$job"
{ wait "$job" || true; } 2>/dev/null
cp killed.h5 before.h5
"$mpirun" 3 "$program" run "${optimised[@]}" --resume >out 2>&1 || fail "a resume:" "$(cat out)"
/usr/bin/python3 - <<'EOF' || fail "a resume made rows again, or did not end"
import h5py
before, after = (h5py.File(name)["stages/0-search/rows"][:] for name in ("before.h5", "killed.h5"))
there = before["checksum"] != 0
assert 6 <= there.sum() < 24 and (after["checksum"] != 0).sum() == 24
assert (before[there] == after[there]).all()
EOF
refused 1 2 'latency.measure = 5: needs evaluator.kind' study.toml --set evaluator.kind=function --set latency.measure=5 --results r.h5
