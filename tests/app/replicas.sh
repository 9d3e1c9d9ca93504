#!/usr/bin/env bash
# replicas.sh PROGRAM MPIRUN: a study with training gives the same bits whatever the number of replicas that train a candidate
# together, in one team or several, also when it is stopped or killed and goes on with another number of them.
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
sed -i 's/^training = .*/training = { batch = 128, shards = 8, dropout = 0.1, flip = true }/; s/^budget.evaluations = 2/budget.evaluations = 8/
  s/^islands = 1/islands = 2/; s/candidates = 1/candidates = 3/; s/^widths = .*/widths = [4, 8]/; s/^operations = .*/operations = ["conv3x3", "sep3x3", "maxpool"]/' study.toml
sed -i 's/^strategy = .*/strategy = [{ kind = "evolution", population = 2, tournament = 2 }]\nmigration = { interval = 1, lag = 0 }/' study.toml
run() {   # run RANKS OPTION...
  local ranks=$1
  shift
  "$mpirun" "$ranks" "$program" run study.toml --quiet "$@" >out 2>&1
}
same() { "$program" diff whole.h5 "$1" >difference || fail "$2:" "$(cat difference)"; }

run 1 --results whole.h5 || fail "one rank:" "$(cat out)"
for shape in "2 1 1" "3 3 1" "4 4 2" "8 8 1" "4 2 1" "6 3 4" "2 2 256"; do   # buckets from one for each few layers to one for all
  read -r ranks replicas bucket <<<"$shape"
  run "$ranks" --replicas "$replicas" --set "run.bucket=$bucket" --results r.h5 || fail "$ranks ranks, $replicas replicas:" "$(cat out)"
  same r.h5 "$ranks ranks, $replicas replicas"
  [ "$ranks $replicas" = "2 2" ] || rm -rf r.h5 r.artefacts
done
/usr/bin/python3 - <<'EOF' || fail "two ranks did not train together, or messages took no time"
import h5py
with h5py.File("r.h5") as file:
    done = file["stages/1-evaluate/run"][:]
    done = done[done["attempts"] > 0]
    assert len(done) == 3 and (done["ranks"] == 2).all() and (done["messages"] > 0).all() and (done["messages"] < done["seconds"]).all()
EOF

slow=(--set 'run.delay=[1,1,1,1]')   # so that a look at it, which takes a second on a busy machine, finds it under way
for signal in USR2 KILL; do
  rm -rf r.h5 r.artefacts
  run 4 --replicas 2 --results r.h5 "${slow[@]}" &
  job=$!
  until grep -Eq 'under way, [2-9] of' <<<"$("$program" status r.h5 2>/dev/null)"; do
    kill -0 "$job" 2>/dev/null || fail "$signal: it ended before it was seen under way" "$(cat out)"
    sleep 0.05
  done
  mapfile -t ranks < <(pgrep -f "^$program run study.toml --quiet --replicas 2 --results r.h5")
  [ "${#ranks[@]}" = 4 ] || fail "$signal: ${#ranks[@]} ranks run"
  if [ "$signal" = KILL ]; then kill -KILL "${ranks[3]}"; else kill -USR2 "${ranks[@]}"; fi
  code=0
  { wait "$job" || code=$?; } 2>/dev/null
  [ "$code" != 0 ] || fail "$signal: it ended before" "$(cat out)"
  [ "$signal" = KILL ] || [ "$code" = 3 ] || fail "stopped: exit $code" "$(cat out)"
  run 3 --replicas 3 --results r.h5 --resume || fail "resumed after $signal:" "$(cat out)"
  same r.h5 "resumed after $signal"
done

for ranks in 3 4; do
  refused "$ranks" 2 "multiple of $((ranks == 3 ? 2 : 3))" study.toml --replicas $((ranks == 3 ? 2 : 3)) --results n.h5
done
refused 2 2 "at most training.shards = 8" study.toml --replicas 16 --results n.h5
