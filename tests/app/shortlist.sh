#!/usr/bin/env bash
# shortlist.sh PROGRAM MPIRUN: an evaluate stage before another ranks the finalists, hands on the best of them and keeps the test
# set sealed; the last one looks at it. The bits do not depend on the ranks.
set -euo pipefail
program=$1 mpirun=$2
# shellcheck source=refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
# shellcheck source=small_study.sh
. "$(dirname "${BASH_SOURCE[0]}")/small_study.sh"
unset ARCHIPEL_PINNED   # bits are compared
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

head -c 20000 /dev/urandom >pixels
small_study pixels
sed -i 's/^candidates = 1/candidates = 4/; s/budget.evaluations = 2/budget.evaluations = 6/
  s/^stages = 1/&\ngene = [{ name = "learning_rate", kind = "log_real", low = 0.01, high = 0.5 }]/' study.toml
printf '[[stage]]\nkind = "evaluate"\ncandidates = 2\nfidelity.epochs = 2\n' >>study.toml

"$program" run study.toml --quiet --results one.h5 >out || fail "one rank:" "$(cat out)"
[ "$(grep -c test_accuracy out)" = 1 ] || fail "not one look at the test set:" "$(cat out)"
"$mpirun" 3 "$program" run study.toml --quiet --results three.h5 >out || fail "three ranks:" "$(cat out)"
"$program" diff one.h5 three.h5 >out || fail "one and three ranks differ:" "$(cat out)"
"$program" status --exit-code three.h5 >out || fail "status of a finished study:" "$(cat out)"
"$program" status --follow three.h5 >out
[ "$(grep -c 'finished' out)" = 1 ] || fail "status --follow of a finished study:" "$(cat out)"
"$program" run study.toml --quiet --results three.h5 --resume >out || fail "a resume:" "$(cat out)"
[ "$(find one.artefacts -maxdepth 1 -type f | wc -l)" = 2 ] || fail "weights of a shortlist are kept:" "$(ls one.artefacts)"

/usr/bin/python3 - <<'PYTHON' || fail "h5py: see above"
import h5py
import numpy

stages = h5py.File("one.h5")["stages"]
first, last = ([row for row in stages[name]["rows"][0] if row["checksum"]] for name in ("1-evaluate", "2-evaluate"))
assert len(first) == 4 and len(last) == 2, (len(first), len(last))
genes = [name for name in first[0].dtype.names if name.startswith(("cell", "width", "learning", "weight_decay"))]
genome = lambda row: [float(row[gene]) for gene in genes]
ranked = sorted(first, key=lambda row: -row["validation_accuracy"])
bound = ranked[1]["validation_accuracy"]
kept = [genome(row) for row in last]
assert all(genome(row) in kept for row in first if row["validation_accuracy"] > bound), "a better one was left behind"
assert all(any(genome(row) == g and row["validation_accuracy"] >= bound for row in first) for g in kept), "a worse one was kept"
PYTHON

sed -i 's/^candidates = 4/candidates = 1/' study.toml
for ranks in 1 4; do
  refused "$ranks" 2 "stage.2.candidates = 2: must be at most what the stage before hands on, stage.1.candidates = 1" study.toml --results no.h5
done
