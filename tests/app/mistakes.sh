#!/usr/bin/env bash
# mistakes.sh PROGRAM MPIRUN STUDY: wrong arguments, study files that are none, and places where no results file can be: exit 2, one
# message, no file. STUDY: one without training.
set -euo pipefail
program=$1 mpirun=$2 study=$3
# shellcheck source=refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

refused 4 2 'archipel: The following argument was not expected: --bogus' "$study" --bogus
refused 1 2 'archipel: study is required'
refused 4 2 "archipel: $folder/absent.toml: cannot be opened: No such file or directory" "$folder/absent.toml"
refused 1 2 "archipel: $folder: cannot be read: Is a directory" "$folder"
printf 'seed = 1\nname = "a\n' >"$folder/open.toml"
refused 1 2 "archipel: $folder/open.toml:2:10: not TOML" "$folder/open.toml"
printf 'seed = 1\nseed = 2\n' >"$folder/twice.toml"
refused 1 2 "archipel: $folder/twice.toml:2:" "$folder/twice.toml"
head -c 3000 "$program" >"$folder/program.toml"
refused 1 2 "archipel: $folder/program.toml:1:" "$folder/program.toml"

refused 4 2 'archipel: --set: unknown key trainin.batch; nearest is training.batch' "$study" --set trainin.batch=3
refused 1 2 'archipel: --set: "seed" must be key=value' "$study" --set seed
refused 1 2 'archipel: --set: stage.3.islands: there are 1 entries of [[stage]]' "$study" --set stage.3.islands=2
refused 1 2 'archipel: --set: seed = "x": must be an integer, allowed 0 to' "$study" --set seed=x

refused 1 2 "archipel: $folder/absent/x.h5: the folder $folder/absent does not exist" "$study" --results "$folder/absent/x.h5"
refused 1 2 "archipel: $study/x.h5: the folder $study does not exist" "$study" --results "$study/x.h5"
refused 1 2 "archipel: $folder: exists already" "$study" --results "$folder"
refused 4 2 "archipel: /proc/x.h5: its folder cannot be written" "$study" --results /proc/x.h5
ln -s nowhere "$folder/link.h5"
refused 1 2 "archipel: $folder/link.h5: is a symbolic link to nowhere" "$study" --results "$folder/link.h5"
if [ "$(id -u)" != 0 ]; then   # nothing is forbidden to root
  mkdir "$folder/locked"
  chmod 555 "$folder/locked"
  refused 1 2 'its folder cannot be written (Permission denied)' "$study" --results "$folder/locked/x.h5"
fi

for ranks in 1 4; do
  rm -f "$folder/there.h5"
  if [ "$ranks" = 1 ]; then
    echo 'something else' >"$folder/there.h5"
  else
    "$program" run "$study" --quiet --results "$folder/there.h5" >/dev/null
  fi
  before=$(sha256sum "$folder/there.h5")
  refused "$ranks" 2 "archipel: $folder/there.h5: exists already and is never overwritten" "$study" --results "$folder/there.h5"
  [ "$before" = "$(sha256sum "$folder/there.h5")" ] || fail "an existing file was changed"
done

under 1 check --set seed=3 "$study"   # --set takes one value and leaves the study alone
[ "$code" = 0 ] || fail "--set before the study: exit $code" "$output"
under 1 run --set seed=3 "$study" --quiet --results "$folder/set.h5"
[ "$code" = 0 ] || fail "--set before the study: exit $code" "$output"
rm -f "$folder/set.h5"

under 4 check "$study"
if [ "$code" != 2 ] || [ "$(grep '^archipel: ' <<<"$output")" != 'archipel: this command works alone: start it without mpirun' ]; then
  fail "check on 4 ranks: exit $code" "$output"
fi

under 1 bogus "$study"
if [ "$code" != 2 ] || [ "$output" != "archipel: there is no command 'bogus': see archipel --help" ]; then fail "bogus: exit $code" "$output"; fi

under 4 run "$study" --quiet --results none   # it says what was found all the same
[ "$code" = 0 ] || fail "--results none: exit $code" "$output"
kept=$(under 1 run "$study" --quiet --results "$folder/kept.h5"; grep -E '^  (rastrigin|x\.[0-9]+) ' <<<"$output")
[ -n "$kept" ] || fail "nothing was found" "$output"
[ "$(grep -E '^  (rastrigin|x\.[0-9]+) ' <<<"$output")" = "$kept" ] || fail "--results none finds something else than $kept" "$output"

code=0
output=$("$program" explain training 2>&1 >/dev/full) || code=$?
if [ "$code" != 1 ] || [[ $output != "archipel: write(standard output): "* ]]; then fail "output that cannot be written: exit $code" "$output"; fi
