#!/usr/bin/env bash
# scores.sh PROGRAM MPIRUN: a stage that scores hands its best to one that trains, which evaluates them first; latency is an objective
# beside the accuracies on two data sets. The same bits on 1, 2 and 4 ranks, with replicas, and after a kill; what does not fit is refused.
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
images 80 10 pixels | gzip >more.gz
labels 80 | gzip >more-labels.gz
cat >study.toml <<'EOF'
data = { train_images = "images.gz", train_labels = "labels.gz", validation = 100 }
training = { batch = 64 }
[[task]]
name = "more"
train_images = "more.gz"
train_labels = "more-labels.gz"
validation = 20
[space]
nodes = 3
operations = ["conv1x1", "conv3x3", "maxpool"]
widths = [2, 4]
cells = [1]
stages = 1
[latency]
operation = [
  { name = "stem", overhead = 1.5, mac = 0.1, value = 0.2 },
  { name = "conv1x1", overhead = 2, mac = 0.1, value = 0.2 },
  { name = "conv3x3", overhead = 3, mac = 0.1, value = 0.2 },
  { name = "maxpool", overhead = 1, mac = 0, value = 1 },
  { name = "sum", overhead = 1, mac = 0, value = 0.5 },
  { name = "classifier", overhead = 1, mac = 1, value = 0 },
]
[[stage]]
islands = 2
budget.evaluations = 60
fidelity = { epochs = 0, scores = ["jacob_cov", "synflow"] }
strategy = [{ kind = "random" }]
[[stage]]
islands = 2
warm_before = 3
budget.evaluations = 16
objectives = ["validation_accuracy", "latency", "more_accuracy"]
fidelity = { epochs = 1, scores = ["grad_norm"] }
migration = { interval = 2, lag = 1 }
strategy = [{ kind = "nsga3", population = 4, tournament = 2 }]
EOF

"$program" run study.toml --quiet --results one.h5 >out || fail "one rank:" "$(cat out)"
/usr/bin/python3 - <<'EOF' || fail "wrong rows"
import h5py, math
with h5py.File("one.h5") as file:
    scored, trained = (file["stages"][name]["rows"][:] for name in ("0-search", "1-search"))
scored, trained = scored[scored["checksum"] != 0], trained[trained["checksum"] != 0]
assert len(scored) == 60 and len(trained) == 16
assert all(math.isfinite(row[name]) for row in scored for name in ("jacob_cov", "synflow", "latency", "macs"))
assert all(math.isfinite(row[name]) for row in trained for name in ("validation_accuracy", "more_accuracy", "grad_norm", "latency"))
assert "validation_accuracy" not in scored.dtype.names and scored["cost"].mean() < trained["cost"].mean()
genes = [name for name in scored.dtype.names if name.startswith(("cell", "width", "reduction"))]
genome = lambda row: tuple(float(row[gene]) for gene in genes)
best = []
for row in sorted(scored, key=lambda row: -row["jacob_cov"]):
    if genome(row) not in best: best.append(genome(row))
first = [genome(row) for row in trained if row["ask"] == 0] + [genome(row) for row in trained if row["ask"] == 1]
assert set(first) >= set(best[:3]), "the best by score were not evaluated first"
EOF
for shape in "2 1" "4 1" "2 2"; do
  read -r ranks replicas <<<"$shape"
  "$mpirun" "$ranks" "$program" run study.toml --quiet --replicas "$replicas" --results many.h5 >out 2>&1 || fail "$shape:" "$(cat out)"
  "$program" diff one.h5 many.h5 >out || fail "$ranks ranks, $replicas replicas gave other bits:" "$(cat out)"
  rm -rf many.*
done
"$program" verify one.h5 --sample 20 >out || fail "verify:" "$(cat out)"

"$program" run study.toml --quiet --results killed.h5 --set 'run.delay=[0.3]' >/dev/null 2>&1 &
job=$!
until grep -Eq 'under way, [1-9]' <<<"$("$program" status killed.h5 2>/dev/null)"; do
  kill -0 "$job" 2>/dev/null || fail "it ended before it was seen under way"
  sleep 0.05
done
kill -KILL "$job"
{ wait "$job" || true; } 2>/dev/null
"$program" status killed.h5 >out
grep -q 'under way' out || fail "the kill did not come in the middle" "$(cat out)"
"$program" run study.toml --quiet --results killed.h5 --resume >out || fail "a resume:" "$(cat out)"
"$program" diff one.h5 killed.h5 >out || fail "a kill gave other bits:" "$(cat out)"

cp more.gz kept.gz
images 80 10 <(tail -c 9000 pixels) | gzip >more.gz
refused 1 2 "checksum task.more" study.toml --results one.h5 --resume
mv kept.gz more.gz

refused 1 2 "stage.0.fidelity.epochs = 0: must be at least 1" study.toml --set 'stage.0.fidelity.scores=[]' --results r.h5
refused 1 2 'stage.0.fidelity.scores = ["synflow", "synflow"]: must name' study.toml --set 'stage.0.fidelity.scores=["synflow","synflow"]' --results r.h5
refused 1 2 "allowed" study.toml --set 'stage.0.fidelity.scores=["speed"]' --results r.h5
refused 1 2 "stage.0.warm_before = 1: needs a stage before it" study.toml --set stage.0.warm_before=1 --results r.h5
refused 1 2 'latency.operation: no entry has name = "conv5x5"' study.toml --set 'space.operations=["conv5x5"]' --results r.h5
refused 1 2 'task.0.train_images = "absent"' study.toml --set task.0.train_images=absent --results r.h5
refused 1 2 'task.0.validation = 80: allowed 1 to 79 for these' study.toml --set task.0.validation=80 --results r.h5
refused 2 2 'task.0.train_shards = ["no-*.h5"]' study.toml --set 'task.0.train_shards=["no-*.h5"]' --set task.0.train_images= --set task.0.train_labels= --results r.h5
refused 1 2 'task.0.name = "validation": must be' study.toml --set task.0.name=validation --results r.h5
refused 1 2 "has an entry already" study.toml --set latency.operation.1.name=stem --results r.h5
