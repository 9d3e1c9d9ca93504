#!/usr/bin/env bash
# bundle.sh [-o FILE] [--only PART,...] [--list]: makes one file with all that a machine without internet lacks: the sources of the last
# commit, the sources of the parts in offline/parts.sh, and scripts that build and test them (docs/offline.md). Runs on Debian
# 12 with its package mirror, whose signatures decide; the system's settings and packages stay as they are.
# --only: these parts alone. --list: only prints part, bytes, SHA-256 and file of what would be fetched.
set -euo pipefail

jobs=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$jobs")
limit=60000000   # bytes
usage="usage: jobs/bundle.sh [-o FILE] [--only PART,...] [--list]"

say() { printf '%s\n' "$*" >&2; }
refuse() {
  say "$@"
  exit 2
}

output='' only='' list=no
while [ "$#" -gt 0 ]; do
  case $1 in
    -o | --only)
      [ -n "${2:-}" ] || refuse "$1: a value is missing. $usage"
      if [ "$1" = -o ]; then output=$2; else only=$2; fi
      shift 2
      ;;
    --list)
      list=yes
      shift
      ;;
    -h | --help)
      echo "$usage"
      exit 0
      ;;
    *) refuse "$1: unknown option. $usage" ;;
  esac
done
for tool in git apt-get apt-cache dpkg-deb dpkg-source xz; do
  command -v "$tool" >/dev/null || refuse "No $tool here. A bundle is made on Debian 12 with git, xz-utils and dpkg-dev."
done

names=() froms=() keeps=() drops=()
part() {   # a row of the table
  local name=$1 from=$2 word list=none keep=() drop=()
  shift 3
  [ -z "$only" ] || [[ ,$only, == *,$name,* ]] || return 0
  for word; do
    case $word in needs | keep | drop | with) list=$word ;; *)
      case $list in keep) keep+=("$word") ;; drop) drop+=("$word") ;; esac ;;
    esac
  done
  names+=("$name") froms+=("$from") keeps+=("${keep[*]}") drops+=("${drop[*]}")
}
# shellcheck source=jobs/offline/parts.sh
. "$jobs/offline/parts.sh"
for name in ${only//,/ }; do
  [[ " ${names[*]} " == *" $name "* ]] || refuse "--only $name: no such part in jobs/offline/parts.sh"
done

version=$(sed -n 's/^project(archipel VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
name=archipel-bundle-$version
output=$(realpath -m "${output:-$name.tar.xz}")
[ -d "$(dirname "$output")" ] || refuse "-o $output: there is no folder $(dirname "$output")"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"   # for apt's own user

# A configuration of our own: the system's mirror of Debian 12, its sources, and the releases that the table names.
mkdir -p "$scratch"/{lists,cache/archives}/partial
# shellcheck disable=SC2016   # apt's variables
mirrors=$(apt-get indextargets --format '$(REPO_URI) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 'Codename: bookworm' |
  sed -n 's/ main$//p' | sort -u)
[ -n "$mirrors" ] || refuse "apt knows no mirror of Debian 12 (bookworm, main) here. Run \`apt-get update\` on a Debian 12 first."
for mirror in $mirrors; do
  signed="[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror"
  printf '%s main\n' "deb $signed bookworm" "deb-src $signed bookworm"
  printf '%s\n' "${froms[@]}" | sed -n "s|.*/|deb-src $signed |p" | sort -u | sed 's/$/ main/'
done >"$scratch/sources.list"
settings=(-o "Dir::Etc::SourceList=$scratch/sources.list" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$scratch/lists"
  -o "Dir::Cache=$scratch/cache" -o "APT::Default-Release=bookworm" -o APT::Get::Only-Source=true)
apt-get "${settings[@]}" -q update >"$scratch/update.log" 2>&1 || refuse "$(cat "$scratch/update.log")" "The mirror's lists cannot be read (see above)."

# fetch FROM WORD...: apt-get's download of it; WORD: --print-uris or --download-only.
fetch() {
  local package=${1#*:}
  if [[ $1 == package:* ]]; then
    apt-get "${settings[@]}" -q download "${@:2}" "$package"
  else
    local release=${package#*/}
    [ "$release" != "$package" ] || release=bookworm
    apt-get "${settings[@]}" -q source --download-only "${@:2}" -t "$release" "${package%/*}"
  fi
}

# table: a line for each file that the parts are made of.
table() {
  local i files
  for i in "${!names[@]}"; do
    files=$(fetch "${froms[i]}" --print-uris 2>"$scratch/error" | sed -nE "s/^'[^']*' ([^ ]+) ([0-9]+) SHA256:([0-9a-f]{64})$/\2 \3 \1/p")
    [ -n "$files" ] || refuse "$(cat "$scratch/error")" "${names[i]}: the mirror does not list ${froms[i]}."
    printf '%s\n' "$files" | sed "s/^/${names[i]} /"
  done
}
if [ "$list" = yes ]; then
  table
  exit 0
fi

bundle=$scratch/$name
mkdir -p "$bundle/source" "$bundle/parts"

# unpack FROM PLACE KEEP DROP: the part, as it was fetched into the folder at hand, in PLACE.
unpack() {
  local from=$1 place=$2 path
  if [[ $from == source:* ]]; then
    dpkg-source --no-check --skip-patches -x ./*.dsc tree >/dev/null 2>"$scratch/error" || refuse "$(cat "$scratch/error")"
    mv tree "$place"
    mv "$place/debian/copyright" "$place/debian-copyright"
    rm -rf "$place/debian" "$place/.pc"
    (cd "$place" && shopt -s nullglob && for path in $4; do rm -rf "$path"; done)
  else
    dpkg-deb -x ./*.deb tree
    for path in $3; do
      mkdir -p "$place/$(dirname "$path")"
      cp -r "tree/usr/$path" "$place/$path"
    done
    cp tree/usr/share/doc/*/copyright "$place/debian-copyright"
  fi
}
for i in "${!names[@]}"; do
  part=${names[i]}
  say "$part"
  mkdir "$scratch/$part"
  cd "$scratch/$part"
  fetch "${froms[i]}" >"$scratch/fetch.log" 2>&1 || refuse "$(cat "$scratch/fetch.log")" "$part: ${froms[i]} cannot be fetched (see above)."
  unpack "${froms[i]}" "$bundle/parts/$part" "${keeps[i]}" "${drops[i]}"
  if [ -d "$jobs/offline/$part" ]; then cp -r "$jobs/offline/$part/." "$bundle/parts/$part"; fi
  if [ "$part" = boost-test ]; then
    "$jobs/offline/boost_headers.sh" "$bundle/parts/$part/include" boost/test/unit_test.hpp boost/test/data/test_case.hpp \
      boost/test/included/unit_test.hpp boost/math/distributions/students_t.hpp
  fi
  rm -rf "${scratch:?}/$part"
done
table >"$bundle/parts.sums"

git -C "$root" archive HEAD | tar -x -C "$bundle/source"
git -C "$root" rev-parse HEAD >"$bundle/source.commit"
cp -r "$bundle/source/jobs/offline/". "$bundle"
cp "$bundle/source/docs/offline.md" "$bundle/README.md"
say "Packing"
tar -c -C "$scratch" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$(git -C "$root" log -1 --format=%ct)" "$name" | xz -9 >"$scratch/file"
bytes=$(stat -c %s "$scratch/file")
[ "$bytes" -le "$limit" ] || refuse "$name would have $bytes bytes, more than $limit: drop more in jobs/offline/parts.sh"
mv "$scratch/file" "$output"
say "$output: $bytes bytes, of commit $(cat "$bundle/source.commit")"
