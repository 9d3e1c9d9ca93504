#!/usr/bin/env bash
# killed_at.sh PROGRAM MPIRUN KILL_AT_LIBRARY EACH: a small study with training, killed aimed: at its calls that touch results,
# artefacts, checkpoints or the test set, before, within and after them, and at sent packets; at EACH calls of each kind (0: at all),
# where calls of another phase of the study, or writes to another data set, are of another kind.
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
migrating_study pixels
"$program" run study.toml --quiet --results whole.h5 >/dev/null

preload=$(ldd "$program" | awk '/lib[at]san/ { print $3 }' | tr '\n' ' ')$library
# with RANKS VARIABLE=VALUE...: the study into r.h5 with the library; `code`, out.
with() {
  local ranks=$1 launch=()
  shift
  [ "$ranks" = 1 ] || launch=("$mpirun" "$ranks")
  code=0
  { "${launch[@]}" env KILL_PATH="${path:?}" KILL_RANK="$rank" "$@" ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" LD_PRELOAD="$preload" \
    "$program" run "$folder/study.toml" --quiet --set results.sync=0 --set run.checkpoint=0.000001 --resume-if-present --results "$folder/r.h5" >out 2>&1 || code=$?; } 2>/dev/null
}

# kinds.py LIST FILE: lines "number call kind" of the list of calls; writes are told apart by the data sets of the finished file.
# A kind ends with its phase: new (the file has no name yet), named, weights (of a first finalist are kept), winner (is committed) or
# opened (the test set is); checkpoints are the same in all of them until they are dropped.
cat >kinds.py <<'PYTHON'
import re, sys, h5py
places = []
h5py.File(sys.argv[2]).visititems(lambda name, item: places.append((item.id.get_offset(), item.id.get_storage_size(), name.removeprefix("stages/")))
                                  if isinstance(item, h5py.Dataset) else None)
phase = "new"
for line in open(sys.argv[1]):
    number, call, offset, size, path = line.rstrip("\n").split(" ", 4)
    kind = "message" if path.endswith(": a message") else re.sub("[0-9a-f]{32}", "DIGEST", re.sub("partial-.*", "partial", path.split("/")[-1]))
    if "/checkpoints/" in path:
        kind += " of a checkpoint"
    if call == "write" and kind == "r.h5":
        kind = next((name for begin, length, name in places if begin <= int(offset) < begin + length), "metadata")
    print(number, call, kind if kind.endswith("checkpoint") and call != "unlink" else f"{kind} ({phase})")
    if call == "rename" and kind == "r.h5":
        phase = "named"
    elif call == "rename" and kind == "DIGEST" and phase == "named":
        phase = "weights"
    elif call == "write" and kind.endswith("/openings") and phase == "weights":
        phase = "winner"
    elif call == "open" and kind == "test-images.gz" and phase == "winner":
        phase = "opened"
PYTHON

declare -A kinds
kills=0
# aim RANKS: kills at calls of a run on so many ranks.
aim() {
  local ranks=$1 number call kind how hows next=0
  rm -rf r.h5* r.artefacts list
  with "$ranks" KILL_LIST="$folder/list"
  [ "$code" = 0 ] || fail "with the library: exit $code" "$(cat out)"
  "$program" diff whole.h5 r.h5 >difference || fail "with the library:" "$(cat difference)"
  /usr/bin/python3 kinds.py list r.h5 >called
  local -A seen=()
  while read -r -u 3 number call kind; do
    kind="$call $kind"
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
      open)
        # It changes no file, so a kill there is one after the call before it; the test set is opened after its winner is committed.
        [ "$each" != 1 ] || [[ $kind =~ \ test-.*\((winner|opened)\)$ ]] || continue
        hows=(before after)
        ;;
      create)
        hows=(after)
        [ "$each" = 1 ] || hows=(before after)
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
  done 3<called
}
path=$folder rank=''
aim 1
# The note of a look at the test set is on the disk before the look: otherwise a node that dies may forget it.
awk '/ write 1-evaluate\/openings \(weights\)$/ { noted = 1 }
  noted && / sync r\.h5 / { synced = 1 }
  / open test-images\.gz \(winner\)$/ { looked = 1; exit !synced }
  END { exit !looked || !synced }' called || fail "the test set is opened before the note of it is synced" "$(grep -E 'openings|sync r.h5|test-images' called)"
path=nothing-but-messages rank=1
aim 2

for moment in "half write r.h5.partial (new)" "before rename r.h5 (new)" "after rename r.h5 (new)" \
  "half write 0-search/run (named)" "half write 0-search/curve (named)" "half write 0-search/rows (named)" "half write 0-search/migration (named)" \
  "half write 0-search/ended (named)" "before rename DIGEST of a checkpoint" "after rename DIGEST of a checkpoint" \
  "after unlink DIGEST of a checkpoint (named)" "after unlink DIGEST of a checkpoint (weights)" "before rename DIGEST (named)" "after rename DIGEST (named)" \
  "half write 1-evaluate/curve (weights)" "half write 1-evaluate/run (weights)" "half write 1-evaluate/rows (weights)" \
  "half write 1-evaluate/ended (weights)" "half write 1-evaluate/openings (weights)" \
  "before open test-images.gz (winner)" "after open test-images.gz (winner)" "after open test-labels.gz (opened)" \
  "half write 1-evaluate/openings (opened)" "before rename winner-1.h5 (opened)" "after rename winner-1.h5 (opened)" \
  "before send message (new)" "after send message (new)"; do
  [ -n "${kinds[$moment]:-}" ] || fail "no kill $moment; there were:" "$(printf '%s\n' "${!kinds[@]}" | sort)"
done
echo "$kills kills at ${#kinds[@]} kinds of moments, each without a difference"
