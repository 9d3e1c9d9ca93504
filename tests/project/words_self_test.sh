#!/usr/bin/env bash
# words_self_test.sh SCRATCH: words.sh accepts a good tree and refuses each bad line, naming its file.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=${1:?usage: words_self_test.sh SCRATCH}
failures=0

try() {   # accepted|refused FILE LINE
  local verdict=accepted output
  rm -rf "$scratch"
  mkdir -p "$scratch/src/base" "$(dirname "$scratch/$2")"
  echo '#pragma once' >"$scratch/src/base/good.hpp"
  printf '%s\n' "$3" >"$scratch/$2"
  output=$("$here/words.sh" "$scratch") || verdict=refused
  if [ "$verdict" != "$1" ] || { [ "$verdict" = refused ] && [[ $output != *"$2:1:"* ]]; }; then
    printf '%s, not %s: %s in %s\n%s\n' "$verdict" "$1" "$3" "$2" "$output"
    failures=$((failures + 1))
  fi
}

try accepted src/base/a.cpp 'int operand() { return stream.below(3); }'
try accepted docs/a.md 'Results go to build/work/x and network/home/y; see /usr/share/datasets.'
try accepted tests/a.cpp 'std::unordered_map<int, int> seen;'
try refused jobs/a.sh 'cd /work/main'
try refused docs/a.md 'as in "/home/me/archipel"'
try refused CMakeLists.txt 'set(HDF5_ROOT "/root/hdf5")'
try refused src/base/a.cpp 'int x;   // TODO: later'
try refused src/base/a.hpp 'std::mt19937 generator;'
try refused io/a.cpp 'std::uniform_int_distribution<int> d;'
try refused src/train/a.cpp 'auto x = torch::randn({2});'
try refused mpi/a.cpp 'std::unordered_map<int, Packet> waiting;'
try refused src/search/a.cpp 'int x = rand();'
rm -rf "$scratch"
exit $((failures > 0))
