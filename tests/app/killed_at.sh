#!/usr/bin/env bash
# killed_at.sh PROGRAM MPIRUN KILL_AT_LIBRARY EACH: a small study with training, killed aimed: at its calls that touch results,
# artefacts, checkpoints or the test set, before, within and after them, and at sent packets; at EACH calls of each kind (0: at all).
# After every kill h5py opens the file, and a resume on another number of ranks ends without a difference.
set -euo pipefail
program=$1 mpirun=$2 library=$3 each=$4
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
small_study pixels
sed -i 's/^budget.evaluations = 2/budget.evaluations = 6/; s/^islands = 1/islands = 2/; s/candidates = 1/candidates = 2/' study.toml
sed -i 's/^strategy = .*/strategy = [{ kind = "evolution", population = 2, tournament = 2 }]\nmigration = { interval = 1, lag = 0 }/' study.toml
"$program" run study.toml --quiet --results whole.h5 >/dev/null

preload=$(ldd "$program" | awk '/lib[at]san/ { print $3 }' | tr '\n' ' ')$library
# with RANKS VARIABLE=VALUE...: the study into r.h5 with the library; `code`, out.
with() {
  local ranks=$1 launch=()
  shift
  [ "$ranks" = 1 ] || launch=("$mpirun" "$ranks")
  code=0
  { "${launch[@]}" env KILL_PATH="${path:?}" KILL_RANK="$rank" "$@" ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" LD_PRELOAD="$preload" \
    "$program" run "$folder/study.toml" --quiet --set results.sync=0 --set run.checkpoint=0.001 --resume-if-present --results "$folder/r.h5" >out 2>&1 || code=$?; } 2>/dev/null
}

declare -A kinds
kills=0
# aim RANKS: kills at calls of a run on so many ranks.
aim() {
  local ranks=$1 number call where kind how hows next=0
  rm -rf r.h5* r.artefacts list
  with "$ranks" KILL_LIST="$folder/list"
  [ "$code" = 0 ] || fail "with the library: exit $code" "$(cat out)"
  "$program" diff whole.h5 r.h5 >difference || fail "with the library:" "$(cat difference)"
  local -A seen=()
  while read -r -u 3 number call where; do
    kind="$call $(sed -E "s|.*/||; s|.*: a message|message|; s/partial-.*/partial/; s/[0-9a-f]{32}/DIGEST/" <<<"$where")"
    [[ $where != */checkpoints/* ]] || kind+=" of a checkpoint"
    seen[$kind]=$((${seen[$kind]:-0} + 1))
    [ "$each" = 0 ] || [ "${seen[$kind]}" -le "$each" ] || continue
    case $call in
      write)
        hows=(half)
        [ "$each" = 1 ] || hows+=(after)
        ;;
      sync)
        [ "$each" = 0 ] || continue   # what was written before it was killed already
        hows=(after)
        ;;
      *) hows=(before after) ;;
    esac
    for how in "${hows[@]}"; do
      rm -rf r.h5* r.artefacts
      with "$ranks" KILL_AT="$number" KILL_HOW="$how"
      [ "$code" != 0 ] || [ "$ranks" != 1 ] || fail "not killed $how call $number, $kind" "$(cat out)"
      [ "$code" != 0 ] || continue   # messages of several ranks differ in number from run to run
      ! grep -q '^archipel: ' out || fail "killed $how $kind: an error" "$(cat out)"
      kinds["$how $kind"]=1
      kills=$((kills + 1))
      if [ -e r.h5 ]; then
        /usr/bin/python3 -c 'import h5py; h5py.File("r.h5")["stages/0-search/rows"][:]' || fail "killed $how $kind: h5py does not open the file"
      fi
      next=$((next % (each == 1 ? 2 : 3) + 1))
      under "$next" run study.toml --quiet --resume-if-present --results r.h5
      [ "$code" = 0 ] || fail "killed $how $kind: the resume on $next ranks: exit $code" "$output"
      "$program" diff whole.h5 r.h5 >difference || fail "killed $how $kind:" "$(cat difference)"
      [ -e r.artefacts/models/winner-1.h5 ] || fail "killed $how $kind: no model"
    done
  done 3<list
}
path=$folder rank=''
aim 1
path=nothing-but-messages rank=1
aim 2

for moment in "after rename r.h5" "before rename r.h5" "half write r.h5" "before rename DIGEST" "after rename DIGEST" "before rename DIGEST of a checkpoint" \
  "after unlink DIGEST of a checkpoint" "before open test-images.gz" "after open test-labels.gz" "before rename winner-1.h5" "after rename winner-1.h5" "before send message" "after send message"; do
  [ -n "${kinds[$moment]:-}" ] || fail "no kill $moment; there were:" "$(printf '%s\n' "${!kinds[@]}" | sort)"
done
echo "$kills kills at ${#kinds[@]} kinds of moments, each without a difference"
