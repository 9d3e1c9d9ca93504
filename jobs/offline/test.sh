#!/usr/bin/env bash
# test.sh [--gpu] [ctest options]: runs the tests of what build.sh has built; with --gpu those that need a GPU, which are skipped
# without one. Left out: checks of the sources alone, Slurm, and tests by h5py where /usr/bin/python3 lacks it.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=$here/source build=$here/source/build/site
[ -x "$build/archipel" ] || {
  echo "Nothing is built here yet: $here/build.sh" >&2
  exit 2
}
prefix=$(cat "$here/work/prefix")
export ARCHIPEL_FASHION_MNIST=$prefix/share/datasets/fashion-mnist

chosen=(-LE '^(slurm|project|format)$')
if [ "${1:-}" = --gpu ]; then
  chosen=(-L '^gpu$')
  shift
elif ! /usr/bin/python3 -c 'import h5py, numpy' 2>/dev/null; then
  left_out=$(grep -lE 'python3|\$\(fact ' "$source"/tests/app/*.sh | sed 's|.*/||; s|[.]sh$||' | grep -vxE 'refuse|small_study' | paste -sd '|')
  chosen+=(-E "^app\\.($left_out)(\\.|\$)")
  echo "/usr/bin/python3 has no h5py: left out are the tests app.* of ${left_out//|/, }"
fi
exec ctest --test-dir "$build" --output-on-failure --no-tests=error -j "$(nproc)" "${chosen[@]}" "$@"
