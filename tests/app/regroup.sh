#!/usr/bin/env bash
# regroup.sh PROGRAM MPIRUN: when one of two finalists is ready, both ranks train the other one together from where it is, and the rows
# are those of one rank.
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
head -c 90000 /dev/urandom >pixels
small_study pixels
images 1200 8 pixels | gzip >images.gz
labels 1200 | gzip >labels.gz
sed -i 's/^widths = .*/widths = [1, 32]/; s/candidates = 1/candidates = 2/' study.toml   # with seed 1 one of each width
sed -i '$ s/.*/fidelity.epochs = 150/' study.toml
"$program" run study.toml --results one.h5 >one.log 2>&1
"$mpirun" 2 "$program" run study.toml --results two.h5 >two.log 2>&1
"$program" diff one.h5 two.h5 || fail "teams formed anew changed rows"
grep -q 'stage 1: teams of 2 ranks' two.log || fail "two ranks did not train the last finalist together: $(cat two.log)"
/usr/bin/python3 -c 'import h5py
run = h5py.File("two.h5")["stages/1-evaluate/run"][0]
ranks = sorted(run["ranks"][run["attempts"] > 0])
assert ranks == [1, 2], ranks'
# Teams of a race may get smaller again: rounds of many after one of few.
race=(--set stage.0.budget.evaluations=6 --set stage.1.candidates=4 --set stage.1.replicates=3)
"$mpirun" 2 "$program" run study.toml --results race2.h5 "${race[@]}" >race.log 2>&1
"$mpirun" 3 "$program" run study.toml --results race3.h5 "${race[@]}" >race3.log 2>&1
"$program" diff race2.h5 race3.h5 || fail "teams formed anew changed a race"
