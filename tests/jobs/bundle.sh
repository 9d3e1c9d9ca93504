#!/usr/bin/env bash
# bundle.sh: what jobs/bundle.sh makes of two small parts, fetched from the package mirror; and what it refuses. Exit 77 (skipped) where
# there is no mirror or no repository.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/app/refuse.sh
. "$here/../app/refuse.sh"
root=$(realpath "$here/../..")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

ends() {   # ends CODE TEXT OPTION...: sets output
  local code=0 wanted=$1 text=$2
  shift 2
  output=$("$root/jobs/bundle.sh" "$@" 2>&1) || code=$?
  if [ "$code" != "$wanted" ] || [[ $output != *"$text"* ]]; then fail "bundle.sh $*: exit $code, not $wanted with '$text':" "$output"; fi
}
for tool in git apt-get dpkg-source xz; do
  command -v "$tool" >/dev/null || { echo "skipped: no $tool" && exit 77; }
done
git -C "$root" rev-parse HEAD >/dev/null 2>&1 || { echo "skipped: no repository" && exit 77; }

ends 2 "--only nothing: no such part" --only nothing
ends 2 "-o: a value is missing" -o
ends 2 "there is no folder $folder/none" --only xxhash -o none/b.tar.xz
ends 2 "--onyl: unknown option" --onyl xxhash

code=0
"$root/jobs/bundle.sh" --only random123,xxhash -o "$folder/b.tar.xz" >out 2>&1 || code=$?
if [ "$code" = 2 ] && grep -qE 'knows no mirror|lists cannot be read' out; then
  echo "skipped: $(tail -n 1 out)"
  exit 77
fi
[ "$code" = 0 ] || fail "two parts: exit $code" "$(cat out)"
tar -xJf b.tar.xz
cd archipel-bundle-*
for file in build.sh test.sh gpu_report.sh README.md parts.sh source.commit source/CMakeLists.txt source/jobs/build.sh \
  parts/random123/include/Random123/philox.h parts/xxhash/include/xxhash.h parts/{random123,xxhash}/debian-copyright; do
  [ -s "$file" ] || fail "the bundle lacks $file"
done
[ ! -e parts/hdf5 ] || fail "the bundle has a part that was not wanted"
[ "$(cat source.commit)" = "$(git -C "$root" rev-parse HEAD)" ] || fail "the bundle is of another commit"
[ "$(cut -d ' ' -f 1 parts.sums | paste -sd ,)" = random123,xxhash ] || fail "wrong list of parts" "$(cat parts.sums)"
grep -qE '^xxhash [0-9]+ [0-9a-f]{64} libxxhash-dev_[0-9.-]+_.*\.deb$' parts.sums || fail "no version and checksum:" "$(cat parts.sums)"
