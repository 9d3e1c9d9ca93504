#!/usr/bin/env bash
# early_readers.sh [ROOT]: no command in a script reads from a pipe and may leave before its end. What writes would die of SIGPIPE or
# not, as chance has it, and under pipefail the line would fail with 141, without a word. These cannot: grep -q x <<<"$(command)",
# sed -n 1p, awk without exit, [[ $(command) == *x* ]]. ROOT: another tree, for the test of this test.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=sources.sh
. "$here/sources.sh"
cd "${1:-$here/../..}"

mapfile -t scripts < <(sources . '*.sh' '*.sbatch' '*.slurm' '*.def' | grep -vxE 'tests/project/early_readers(_self_test)?\.sh')
[ ! -f .ci/run ] || scripts+=(.ci/run)
[ "${#scripts[@]}" -gt 0 ] || { echo "no scripts under $PWD"; exit 1; }

# FILE:LINE: TEXT, without comments; what ends with | or \ in one line with what follows.
lines=$(awk '
  FNR == 1 { goes_on = 0 }
  /^[ \t]*#/ { next }
  !goes_on { text = ""; first = FNR }
  { goes_on = sub(/\\$/, "") || sub(/[|]&?[ \t]*(#.*)?$/, "|") }
  { text = text " " $0 }
  !goes_on { print FILENAME ":" first ":" text }' "${scripts[@]}")

pipe='(^|[^|])[|]&?[[:space:]]*([A-Z_]+=[^[:space:]]*[[:space:]]+|command[[:space:]]+|[({!][[:space:]]*)*'
words="([^|;&()'\"]|>&[0-9]|'[^']*'|\"[^\"]*\")*"   # of one command
quoted="('[^']*|\"[^\"]*)"                         # up to somewhere in a quoted word
early=(
  -e "${pipe}(head|read|cmp)\b"
  -e "${pipe}[efz]?grep\b${words}[[:space:]]-([[:alnum:]]*[qmlL]|-quiet|-silent|-max-count|-files-with)"
  -e "${pipe}[efz]?grep\b${words}[[:space:]][1&]?>>?[[:space:]]*/dev/null"   # GNU grep sees where it writes
  -e "${pipe}sed\b$words$quoted?[^[:alpha:]_-][qQ][0-9]*([[:space:]'\";})]|\$)"
  -e "${pipe}[gm]?awk\b$words$quoted\bexit\b"
)
echo "${#scripts[@]} scripts looked at"
if grep -E "${early[@]}" <<<"$lines"; then
  echo "A pipe's reader may leave before its end: see the head of tests/project/early_readers.sh"
  exit 1
fi
