#!/usr/bin/env bash
# format.sh [--fix]: C++ is formatted as .clang-format says. Versions of clang-format differ, so only 14 (Debian 12's) judges;
# without it: exit 77, which ctest reports as skipped.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=sources.sh
. "$here/sources.sh"
cd "$here/../.."

formatter=
for candidate in clang-format-14 clang-format; do
  if version=$("$candidate" --version 2>/dev/null) && [[ $version == *" version 14."* ]]; then
    formatter=$candidate
    break
  fi
done
if [ -z "$formatter" ]; then
  echo "no clang-format 14"
  exit 77
fi

mapfile -t files < <(sources . '*.cpp' '*.hpp')
[ "${#files[@]}" -gt 0 ] || { echo "no sources"; exit 1; }
if [ "${1:-}" = --fix ]; then
  exec "$formatter" --style=file -i "${files[@]}"
fi
code=0
messages=$("$formatter" --style=file --dry-run -Werror "${files[@]}" 2>&1) || code=$?
bad=$(sed -n 's/^\([^: ]*\):[0-9]*:[0-9]*: error: .*/\1/p' <<<"$messages" | sort -u)
head -n 40 <<<"$messages"
printf '%d of %d files are not formatted; tests/project/format.sh --fix does it\n' "$(grep -c . <<<"$bad")" "${#files[@]}"
exit "$code"
