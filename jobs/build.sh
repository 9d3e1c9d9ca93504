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

# shellcheck source=jobs/progress.sh
. "$root/jobs/progress.sh"

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
cmake --build --preset "$preset" -j "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}" "${targets[@]}" 2>&1 | tee "$log" | show_progress ' %d%%' || failed build
printf ' done in %d s\n' $((SECONDS - started))
