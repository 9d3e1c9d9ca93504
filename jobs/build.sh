#!/usr/bin/env bash
# build.sh PRESET [TARGET...]: configures (the first time) and builds with a CMake preset, showing progress in tenths.
# What the compiler says goes to build/PRESET.log. Without a TARGET everything is built.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
preset=${1:?usage: build.sh PRESET [TARGET...]}
shift
log=$root/build/$preset.log
mkdir -p "$root/build"
cd "$root"

failed() {
  printf '\nThe %s of preset %s failed. The end of %s:\n' "$1" "$preset" "$log" >&2
  tail -n 40 "$log" >&2
  exit 1
}

# Prints each tenth once, from Ninja's "[12/345] ..." and make's "[ 12%] ..."; nothing for a build that has nothing to do.
show_progress() {
  local line percent tenth shown=0
  while IFS= read -r line; do
    if [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]]; then
      percent=$((100 * BASH_REMATCH[1] / BASH_REMATCH[2]))
    elif [[ $line =~ ^\[\ *([0-9]+)%\] ]]; then
      percent=${BASH_REMATCH[1]}
    else
      continue
    fi
    tenth=$((percent / 10 * 10))
    if ((tenth > shown)); then
      printf ' %d%%' "$tenth"
      shown=$tenth
    fi
  done
}

if [ ! -e "build/$preset/build.ninja" ] && [ ! -e "build/$preset/Makefile" ]; then
  if command -v ccache >/dev/null; then
    export CMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER-ccache}
  fi
  cmake --preset "$preset" >"$log" 2>&1 || failed configuration
fi

targets=()
[ "$#" -eq 0 ] || targets=(--target "$@")
printf 'Building build/%s:' "$preset"
started=$SECONDS
cmake --build --preset "$preset" -j "$(nproc)" "${targets[@]}" 2>&1 | tee "$log" | show_progress || failed build
printf ' done in %d s\n' $((SECONDS - started))
