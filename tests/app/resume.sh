#!/usr/bin/env bash
# resume.sh PROGRAM MPIRUN [train]: what --resume refuses, and that it goes on with what is there: an interrupted study, a finished
# one, a damaged row, (train) a lost artefact; other data and another instruction set are refused, what chooses other kernels in the
# environment changes nothing.
set -euo pipefail
program=$1 mpirun=$2 train=${3:-}
# shellcheck source=refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
# shellcheck source=small_study.sh
. "$(dirname "${BASH_SOURCE[0]}")/small_study.sh"
unset ARCHIPEL_PINNED   # the instruction set matters
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# same: r.h5 is finished and equal to whole.h5.
same() {
  "$program" diff whole.h5 r.h5 >out || fail "$1:" "$(cat out)"
  "$program" status --exit-code r.h5 >out || fail "$1: not finished" "$(cat out)"
}
# damage OFFSET: another byte there in r.h5.
damage() { printf '\252' | dd of=r.h5 bs=1 seek="$1" conv=notrunc status=none; }

table_study 4 200 >table.toml
for ranks in 1 4; do
  refused "$ranks" 2 "r.h5: nothing to resume" table.toml --resume --results r.h5
  refused "$ranks" 2 "--results none: nothing is kept" table.toml --resume --results none
done
"$program" run table.toml --quiet --results whole.h5 >out
"$program" run table.toml --quiet --resume-if-present --results r.h5 >out
same "begun with --resume-if-present"
before=$(stat -c %s r.h5)
"$program" run table.toml --quiet --resume --results r.h5 >out
grep -q 'goes on with r.h5' out || fail "no word of going on:" "$(cat out)"
same "a finished study"
"$program" run table.toml --quiet --resume --results r.h5 --set results.stripe=65536 >out || fail "another stripe:" "$(cat out)"
same "another stripe, which the file keeps"
[ "$(stat -c %s r.h5)" = "$before" ] || fail "a resume changed the size"

under 4 run table.toml --resume --results r.h5 --set seed=9 --set stage.0.migration.interval=3
[ "$code" = 2 ] || fail "another study: exit $code" "$output"
for text in "seed = 1, the study now has 9" "stage.0.migration.interval = 4, the study now has 3" "resume with the study as it was"; do
  grep -qF "$text" <<<"$output" || fail "another study: no '$text'" "$output"
done
sed -i 's/^000000,.*/000000,1.5,2.5/' table.csv
under 4 run table.toml --resume --results r.h5
if [ "$code" != 2 ] || ! grep -q 'the data differ' <<<"$output"; then fail "another table: exit $code" "$output"; fi

if [ "$train" = train ]; then
  rm -rf ./*.h5
  head -c 20000 /dev/urandom >pixels
  small_study pixels
  "$program" run study.toml --quiet --results whole.h5 >out
  cp whole.h5 r.h5
  cp -r whole.artefacts r.artefacts
  find r.artefacts -maxdepth 1 -type f -delete   # the winner's weights
  "$program" run study.toml --quiet --resume --results r.h5 >out
  same "a lost artefact"
  [ "$(find r.artefacts -maxdepth 1 -type f | wc -l)" = 1 ] || fail "the artefact is not made again"
  place=$(/usr/bin/python3 -c 'import h5py; print(h5py.File("r.h5")["stages/0-search/rows"].id.get_offset() + 5)')
  damage "$place"
  [ "$("$program" status --exit-code r.h5 >out; echo $?)" = 3 ] || fail "a damaged row:" "$(cat out)"
  "$mpirun" 3 "$program" run study.toml --quiet --resume --results r.h5 >out
  same "a damaged row"

  if [ "$(fact isa whole.h5)" != generic ]; then
    for variable in "${other_kernels[@]}"; do   # the program pins what chooses kernels
      rm -rf r.h5 r.artefacts
      env "$variable" "$program" run study.toml --quiet --results r.h5 >out
      same "made with $variable in the environment"
      for name in canary kernels; do
        [ "$(fact $name r.h5)" = "$(fact $name whole.h5)" ] || fail "$variable: another $name:" "$(fact $name r.h5)"
      done
    done
    rm r.artefacts/*[0-9a-f]
    env "${other_kernels[@]}" "$program" run study.toml --quiet --resume --results r.h5 >out || fail "a resume with other kernels in the environment:" "$(cat out)"
    same "an artefact made again with ${other_kernels[*]}"
    "$program" run study.toml --quiet --resume --results r.h5 --set "numerics.isa=$(fact isa whole.h5)" >out || fail "the same instruction set, by its name:" "$(cat out)"
    "$program" verify r.h5 >out || fail "an artefact made again with ${other_kernels[*]}:" "$(cat out)"
  fi

  # Whether two instruction sets give other bits here is what their canaries tell.
  under 1 run study.toml --quiet --results avx2.h5 --set numerics.isa=avx2
  if [ "$(fact isa whole.h5)" = generic ]; then
    if [ "$code" != 2 ] || ! grep -q 'this CPU does not have it' <<<"$output"; then fail "AVX2 without AVX2: exit $code" "$output"; fi
  else
    [ "$code" = 0 ] || fail "AVX2: exit $code" "$output"
    canary=$(fact canary avx2.h5)
    under 1 run study.toml --quiet --resume --results avx2.h5
    if [ "$canary" = "$(fact canary whole.h5)" ]; then
      [ "$code" = 0 ] || fail "another name of the same instruction set: exit $code" "$output"
    elif [ "$code" != 2 ] || ! grep -q 'other bits than those here.*use --set numerics.isa=avx2' <<<"$output"; then
      fail "another instruction set: exit $code" "$output"
    fi
    "$program" run study.toml --quiet --resume --results avx2.h5 --set numerics.isa=avx2 >out
    "$program" verify avx2.h5 >out || fail "resumed with AVX2:" "$(cat out)"
  fi
  untested whole.h5
fi
