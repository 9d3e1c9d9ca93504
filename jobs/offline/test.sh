#!/usr/bin/env bash
# test.sh [--gpu] [ctest options]: runs the tests of what build.sh has built; with --gpu those that need a GPU, which are skipped
# without one. Left out: checks of the sources alone, Slurm, and tests by h5py, pandas or torch
# where /usr/bin/python3 lacks them.
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
else
  left_out=()
  if ! /usr/bin/python3 -c 'import torch' 2>/dev/null; then left_out+=(train.export); fi
  if ! /usr/bin/python3 -c 'import h5py, pandas' 2>/dev/null; then left_out+=(io.python); fi
  if ! /usr/bin/python3 -c 'import h5py, numpy' 2>/dev/null; then
    mapfile -t -O "${#left_out[@]}" left_out < <(grep -lE 'python3|\$\(fact ' "$source"/tests/app/*.sh | sed 's|.*/|app.|; s|[.]sh$||' | grep -vxE 'app[.](refuse|small_study)')
  fi
  if [ "${#left_out[@]}" != 0 ]; then
    chosen+=(-E "^($(printf '%s\n' "${left_out[@]//./[.]}" | paste -sd '|'))([.]|\$)")
    echo "Left out, as /usr/bin/python3 lacks torch, h5py or pandas: ${left_out[*]}"
  fi
fi
exec ctest --test-dir "$build" --output-on-failure --no-tests=error -j "$(nproc)" "${chosen[@]}" "$@"
