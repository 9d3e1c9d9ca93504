#!/usr/bin/env bash
# bit_rot.sh PROGRAM MPIRUN FLIPS SEED [table|train]: flips FLIPS random bits, each in a copy of a finished and of a stopped results file;
# half anywhere, half where a byte is not zero; with `train` every third one in a file of weights, a final network or a checkpoint.
# `verify` says what does not hold; a resume either ends without a difference (metadata that it does not need stay as they are) or refuses
# with a message. Never a crash, never another result. SEED decides what is drawn.
set -euo pipefail
program=$1 mpirun=$2 flips=$3 kind=${5:-table}
RANDOM=$4
# shellcheck source=tests/app/refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
# shellcheck source=tests/app/small_study.sh
. "$(dirname "${BASH_SOURCE[0]}")/small_study.sh"
unset ARCHIPEL_PINNED
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export OMPI_MCA_orte_tmpdir_base=$folder   # programs that start and end beside this test remove the folders that they share

# far_enough: the study that is to be stopped has rows; of a training study also one with weights, and a checkpoint.
settings=(--quiet)
if [ "$kind" = train ]; then
  head -c 20000 /dev/urandom >pixels
  migrating_study pixels
  sed -i '$ s/.*/fidelity.epochs = 100/' study.toml
  settings+=(--set run.checkpoint=0.02)
  far_enough() { grep -q '1-evaluate: under way' <<<"$("$program" status stopped.h5)" && [ -n "$(find stopped.artefacts/checkpoints -type f)" ]; }
else
  table_study 4 240 >study.toml
  far_enough() { grep -Eq 'under way, [0-9]{2,3} of' <<<"$("$program" status stopped.h5)"; }
fi
"$program" run study.toml "${settings[@]}" --results finished.h5 >/dev/null
"$program" run study.toml "${settings[@]}" --results stopped.h5 --set 'run.delay=[0.01]' >/dev/null &
job=$!
for ((tries = 0; tries < 500; ++tries)); do
  if far_enough 2>/dev/null; then break; fi
  sleep 0.02
done
kill -KILL "$job"
{ wait "$job" || true; } 2>/dev/null
[ "$("$program" status --exit-code stopped.h5 >out; echo $?)" = 3 ] || fail "the stopped study:" "$(cat out)"
for file in finished stopped; do
  "$program" verify $file.h5 >out || fail "verify of an undamaged $file file" "$(cat out)"
done

cat >flip.py <<'PYTHON'
import random, sys
source, target, seed, where = sys.argv[1:]
draws = random.Random(int(seed))
data = bytearray(open(source, "rb").read())
places = range(len(data)) if where == "anywhere" else [i for i, byte in enumerate(data) if byte]
place = draws.choice(places)
data[place] ^= 1 << draws.randrange(8)
open(target, "wb").write(data)
print(place)
PYTHON

declare -A count
for file in finished stopped; do
  for ((i = 0; i < flips; ++i)); do
    where=anywhere what=$file
    [ $((i % 2)) = 0 ] || where=data
    rm -rf r.h5 r.artefacts
    cp $file.h5 r.h5
    [ ! -e $file.artefacts ] || cp -r $file.artefacts r.artefacts
    target=r.h5
    if [ "$kind" = train ] && [ $((i % 3)) = 2 ]; then
      parts=(weights models)
      [ "$file" = finished ] || parts=(weights checkpoints)
      part=${parts[i / 3 % 2]}
      what+=", $part"
      mapfile -t targets < <(if [ "$part" = weights ]; then find r.artefacts -maxdepth 1 -type f; else find "r.artefacts/$part" -type f; fi | sort)
      target=${targets[RANDOM % ${#targets[@]}]}
      where=anywhere
    fi
    place=$(/usr/bin/python3 flip.py "$target" "$target" "$RANDOM$RANDOM" $where)
    name="bit flipped in byte $place of $target of the $file study"
    code=0
    "$program" verify r.h5 >verified 2>&1 || code=$?
    seen=$code
    case $seen in
      0) ;;
      1) grep -Eq '^r\.h5: .*(row|migration|opening|end|damaged|metadata|block|final network)' verified || fail "$name: verify does not say what" "$(cat verified)" ;;
      2) grep -q '^archipel: r\.h5: ' verified || fail "$name: verify does not say what" "$(cat verified)" ;;
      *) fail "$name: verify exits with $seen" "$(cat verified)" ;;
    esac
    case $what in
      *weights | *models) [ "$seen" = 1 ] || fail "$name: verify exits with $seen" "$(cat verified)" ;;
      *checkpoints) [ "$seen" = 0 ] || fail "$name: verify exits with $seen" "$(cat verified)" ;;   # nothing that counts is in them
    esac
    code=0
    "$program" run study.toml "${settings[@]}" --resume --results r.h5 >out 2>&1 || code=$?
    case $code in
      0)
        "$program" diff finished.h5 r.h5 >difference || fail "$name, verify $seen, resumed:" "$(cat difference)"
        "$program" verify r.h5 >out || { grep -q 'no record is damaged' out && grep -q 'its metadata are not' verified; } ||
          fail "$name, verify $seen, resumed:" "$(cat out)"
        ;;
      1 | 2)
        [ "$what" = "$file" ] || fail "$name: what can be made again is not" "$(cat out)"
        [ "$seen" != 0 ] || fail "$name: nothing is damaged, but resume refuses" "$(cat out)"
        grep -q '^archipel: ' out || fail "$name: the resume refuses without a word" "$(cat out)"
        ;;
      *) fail "$name: the resume exits with $code" "$(cat out)" ;;
    esac
    key="$what: verify $seen, resume $code"
    count[$key]=$((${count[$key]:-0} + 1))
  done
done
for key in "${!count[@]}"; do echo "$key: ${count[$key]}"; done | sort
for key in "finished: verify 1, resume 0" "finished: verify 1, resume 2" "stopped: verify 1, resume 0" "stopped: verify 1, resume 2"; do
  [ -n "${count[$key]:-}" ] || [ "$flips" -lt 30 ] || fail "no flip of the kind '$key'"
done
for key in "finished, weights: verify 1, resume 0" "finished, models: verify 1, resume 0" "stopped, weights: verify 1, resume 0" \
  "stopped, checkpoints: verify 0, resume 0"; do
  [ -n "${count[$key]:-}" ] || [ "$kind" != train ] || [ "$flips" -lt 6 ] || fail "no flip of the kind '$key'"
done
