#!/usr/bin/env bash
# boost_headers.sh FOLDER FILE...: of Boost's headers in FOLDER leaves those that FILE... reach, whatever compiler and system: all that
# they name, and folders whole from which macros choose. A twentieth of Boost.
set -euo pipefail
folder=$1
shift
cd "$folder"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

{
  printf '%s\n' "$@"
  find boost/config boost/mpl boost/predef boost/preprocessor boost/test boost/type_traits -type f
} | LC_ALL=C sort -u >"$scratch/next"
: >"$scratch/all"
while [ -s "$scratch/next" ]; do
  LC_ALL=C sort -u -o "$scratch/all" "$scratch/all" "$scratch/next"
  { xargs grep -hoE '[<"]boost/[A-Za-z0-9_/.]+[>"]' <"$scratch/next" || [ "$?" = 123 ]; } | tr -d '<>"' |   # included, or by a macro later
    LC_ALL=C sort -u | while IFS= read -r header; do [ ! -e "$header" ] || echo "$header"; done >"$scratch/named"
  LC_ALL=C comm -23 "$scratch/named" "$scratch/all" >"$scratch/next"
done
find boost -type f | LC_ALL=C sort | LC_ALL=C comm -23 - "$scratch/all" | xargs -d '\n' rm -f
find boost -type d -empty -delete
