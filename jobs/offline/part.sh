#!/usr/bin/env bash
# part.sh PART: builds one part of the bundle and installs it in PREFIX; a failure shows the end of its log. By build.sh's make, whose
# jobs it shares. From the environment: PREFIX and WORK, a folder for builds, logs and notes of what is done.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
wanted=$1 source=$here/parts/$1 build=$WORK/$1 log=$WORK/$1.log
# shellcheck source=jobs/progress.sh
. "$here/source/jobs/progress.sh"

how='' options=()
part() {   # a row of the table
  local word list=none
  [ "$1" = "$wanted" ] || return 0
  how=$3
  shift 3
  for word; do
    case $word in needs | keep | drop | with) list=$word ;; *) [ "$list" != with ] || options+=("${word//@SOURCE@/$source}") ;; esac
  done
}
# shellcheck source=jobs/offline/parts.sh
. "$here/parts.sh"

failed() {
  printf '%s: the %s failed. The end of %s:\n' "$wanted" "$1" "$log" >&2
  tail -n 30 "$log" >&2
  exit 1
}
started=$SECONDS
mkdir -p "$build"
cd "$build"   # HDF5's CMake files read what their tests write there
case $how in
  cmake)
    cmake -S "$source" -B "$build" -G "Unix Makefiles" -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$PREFIX" -DCMAKE_INSTALL_LIBDIR=lib \
      -DCMAKE_PREFIX_PATH="$PREFIX" -DCMAKE_INSTALL_RPATH="$PREFIX/lib" -DBUILD_SHARED_LIBS=ON -DBUILD_TESTING=OFF \
      "${options[@]}" >"$log" 2>&1 || failed configuration
    cmake --build "$build" 2>&1 | tee -a "$log" | show_progress "$wanted %d%%\n" || failed build
    cmake --install "$build" >>"$log" 2>&1 || failed installation
    ;;
  configure)
    find "$source" -exec touch -h -r "$source/configure" {} +   # however it was copied: nothing is generated anew
    "$source/configure" --prefix="$PREFIX" --libdir="$PREFIX/lib" "${options[@]}" >"$log" 2>&1 || failed configuration
    "${MAKE:-make}" >>"$log" 2>&1 || failed build
    "${MAKE:-make}" install >>"$log" 2>&1 || failed installation
    ;;
  copy)
    mkdir -p "$PREFIX"
    cp -r "$source/." "$PREFIX"
    rm "$PREFIX/debian-copyright"
    ;;
esac
cd "$WORK"
rm -rf "$build"
touch "$WORK/$wanted.done"
printf '%s: done in %d s\n' "$wanted" $((SECONDS - started))
