#!/usr/bin/env bash
# early_readers_self_test.sh SCRATCH: early_readers.sh accepts what reads to the end and refuses each form of what does not, naming its
# file and line.
# shellcheck disable=SC2016   # texts of scripts
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=${1:?usage: early_readers_self_test.sh SCRATCH}
failures=0

try() {   # accepted|refused TEXT [FILE]
  local verdict=accepted output file=${3:-jobs/a.sh}
  rm -rf "$scratch"
  mkdir -p "$(dirname "$scratch/$file")"
  printf 'set -e\n%s\nls | sort\n' "$2" >"$scratch/$file"
  output=$("$here/early_readers.sh" "$scratch") || verdict=refused
  if [ "$verdict" != "$1" ] || { [ "$verdict" = refused ] && [[ $output != *"$file:2:"* ]]; }; then
    printf '%s, not %s: %s in %s\n%s\n' "$verdict" "$1" "$2" "$file" "$output"
    failures=$((failures + 1))
  fi
}

try refused 'a | head'
try refused 'x=$(a 2>/dev/null | head -n 1)' tests/a.sbatch
try refused 'a | head -c 5 | sort || true' .ci/run
try refused 'a |& head -1'
try refused 'a | { read -r x; echo "$x"; }'
try refused 'a | cmp - b'
try refused 'a | IFS=: read -r x y'
try refused 'a | grep -q x'
try refused 'if a | LC_ALL=C grep -Eq "x|y" && b; then c; fi'
try refused "a | grep -i 'x|y' -q"
try refused 'a | sort | grep -A 1 -m 1 x | cut -c1'
try refused 'a | grep --quiet x'
try refused 'a | grep -l x'
try refused 'a | grep x >/dev/null'
try refused 'a | grep x 2>&1 >/dev/null'
try refused 'a | grep x &>/dev/null'
try refused 'a | sed q'
try refused 'a | sed -n 5q'
try refused "a | sed '/x|y/ { s/x/y/; q }'"
try refused "a | sed -n -e '/x/{p;q;}'"
try refused 'a | sed "$n Q"'
try refused "a | awk '/x|y/ { print; exit }'"
try refused "a | awk -v 'x=1' '{ exit !(x < 1) }' || b"
try refused $'a |\n  head -n 1'
try refused $'a |   # why\n  # and more\n  sort |\n  grep -q x'
try refused $'a \\\n  | grep -q x'

try accepted 'a || head -n 1 file'
try accepted 'head -c 9 file | tail -c 5'
try accepted $'# not a |\n# head'
try accepted 'grep -q x <<<"$(a 2>/dev/null)"'
try accepted 'a | grep x 2>/dev/null'
try accepted 'a | grep -vE "x -q" && grep -q y file'
try accepted '[ "$(a | grep -c x)" = 1 ] || b >/dev/null'
try accepted "a | sed -n 1p | sed 's/q/x/; s/x/quiet/'"
try accepted "a | awk '{ print }' || exit 1"
try accepted $'a ||\n  grep -q x file'
try accepted $'a | sort\nhead -n 1 file'
rm -rf "$scratch"
exit $((failures > 0))
