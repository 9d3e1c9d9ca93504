#!/usr/bin/env bash
# bit_rot.sh PROGRAM MPIRUN FLIPS SEED: flips FLIPS random bits, each in a copy of a finished and of a stopped results file; half anywhere,
# half where a byte is not zero. `verify` says what does not hold; a resume either ends without a difference or refuses with a
# message. Never a crash, never another result. SEED decides what is drawn.
set -euo pipefail
program=$1 mpirun=$2 flips=$3
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

table_study 4 240 >study.toml
"$program" run study.toml --quiet --results finished.h5 >/dev/null
"$program" run study.toml --quiet --results stopped.h5 --set 'run.delay=[0.01]' >/dev/null &
job=$!
for ((tries = 0; tries < 200; ++tries)); do
  if "$program" status stopped.h5 2>/dev/null | grep -Eq 'under way, [0-9]{2,3} of'; then break; fi
  sleep 0.05
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
    where=anywhere
    [ $((i % 2)) = 0 ] || where=data
    place=$(/usr/bin/python3 flip.py $file.h5 r.h5 "$RANDOM$RANDOM" $where)
    name="bit flipped in byte $place of the $file file"
    code=0
    "$program" verify r.h5 >verified 2>&1 || code=$?
    seen=$code
    case $seen in
      0) ;;
      1) grep -Eq '^r\.h5: .*(row|migration|end|damaged|metadata|block)' verified || fail "$name: verify does not say what" "$(cat verified)" ;;
      2) grep -q '^archipel: r\.h5: ' verified || fail "$name: verify does not say what" "$(cat verified)" ;;
      *) fail "$name: verify exits with $seen" "$(cat verified)" ;;
    esac
    code=0
    "$program" run study.toml --quiet --resume --results r.h5 >out 2>&1 || code=$?
    case $code in
      0)
        "$program" diff finished.h5 r.h5 >difference || fail "$name, verify $seen, resumed:" "$(cat difference)"
        "$program" verify r.h5 >out || fail "$name, verify $seen, resumed:" "$(cat out)"
        ;;
      1 | 2)
        [ "$seen" != 0 ] || fail "$name: nothing is damaged, but resume refuses" "$(cat out)"
        grep -q '^archipel: ' out || fail "$name: the resume refuses without a word" "$(cat out)"
        ;;
      *) fail "$name: the resume exits with $code" "$(cat out)" ;;
    esac
    key="$file: verify $seen, resume $code"
    count[$key]=$((${count[$key]:-0} + 1))
  done
done
for key in "${!count[@]}"; do echo "$key: ${count[$key]}"; done | sort
for key in "finished: verify 1, resume 0" "finished: verify 1, resume 1" "stopped: verify 1, resume 0" "stopped: verify 1, resume 1"; do
  [ -n "${count[$key]:-}" ] || [ "$flips" -lt 30 ] || fail "no flip of the kind '$key'"
done
