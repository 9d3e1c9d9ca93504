#!/usr/bin/env bash
# two_attempts.sh PROGRAM MPIRUN ROUNDS: two programs work on one small training study at the same time, as a job and its requeued copy
# may: the second begins when the first has made the file (even rounds), or both go on with one that is there (odd rounds). Both
# write the same rows, weights, checkpoints and models, and end well; in some rounds one of them is killed. The file has no
# difference from one that a single run made.
set -euo pipefail
program=$1 mpirun=$2 rounds=$3
# shellcheck source=tests/app/refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
# shellcheck source=tests/app/small_study.sh
. "$(dirname "${BASH_SOURCE[0]}")/small_study.sh"
unset ARCHIPEL_PINNED   # bits are compared
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export OMPI_MCA_orte_tmpdir_base=$folder   # programs that start and end beside this test remove the folders that they share
head -c 20000 /dev/urandom >pixels
migrating_study pixels
sed -i 's/^fidelity.epochs = 1/fidelity.epochs = 100/' study.toml
settings=(--quiet --set limits.deaths=0 --set run.checkpoint=0.02)
"$program" run study.toml "${settings[@]}" --results whole.h5 >/dev/null

# attempt NAME RANKS: one in the background, with its words in the file NAME.
attempt() {
  local launch=()
  [ "$2" = 1 ] || launch=("$mpirun" "$2")
  exec "${launch[@]}" "$program" run study.toml "${settings[@]}" --resume-if-present --results "$folder/r.h5" >"$1" 2>&1
}
both=0 killed=0
for ((round = 0; round < rounds; ++round)); do
  rm -rf r.h5 r.artefacts
  attempt first 1 &
  first=$!
  for ((tries = 0; tries < 500; ++tries)); do
    if [ -e r.h5 ]; then break; fi
    sleep 0.02
  done
  if [ $((round % 2)) = 1 ]; then
    kill -KILL "$first"
    { wait "$first" || true; } 2>/dev/null
    attempt first 1 &
    first=$!
  fi
  attempt second $((1 + round / 2 % 2)) &
  second=$!
  if [ $((round % 3)) != 0 ]; then   # the first one's death, once at a kept state and once at a finalist's
    for ((tries = 0; tries < 500; ++tries)); do
      if [ $((round % 3)) = 1 ]; then
        if [ -n "$(find r.artefacts/checkpoints -type f 2>/dev/null)" ]; then break; fi
      elif [ -n "$(find r.artefacts -maxdepth 1 -type f 2>/dev/null)" ]; then
        break
      fi
      sleep 0.02
    done
    kill -KILL "$first" 2>/dev/null || true
  fi
  code=0 other=0
  { wait "$first" || code=$?; } 2>/dev/null
  { wait "$second" || other=$?; } 2>/dev/null
  case $code in
    0) both=$((both + 1)) ;;
    137)
      [ $((round % 3)) != 0 ] || fail "round $round: who killed the first attempt?" "$(cat first)"
      killed=$((killed + 1))
      ;;
    *) fail "round $round: the first attempt: exit $code" "$(cat first)" ;;
  esac
  [ "$other" = 0 ] || fail "round $round: the second attempt: exit $other" "$(cat second)"
  for words in first second; do
    ! grep '^archipel: ' $words || fail "round $round: the $words attempt has an error"
  done
  "$program" diff whole.h5 r.h5 >difference || fail "round $round:" "$(cat difference)"
  "$program" verify r.h5 >verified 2>&1 || fail "round $round:" "$(cat verified)"
  [ ! -e r.artefacts/checkpoints ] || fail "round $round: checkpoints stay: $(ls r.artefacts/checkpoints)"
done
if [ "$both" = 0 ] || [ "$killed" = 0 ]; then fail "no round of two ends, or none with a kill: $both and $killed"; fi
echo "$both rounds ended twice, $killed with one attempt killed: no difference"
