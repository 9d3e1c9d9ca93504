#!/usr/bin/env bash
# build.sh [--prefix DIR] [-j N] [--own PART,...|all] [--cpu]: builds Archipel and what it needs, without internet, and installs all of
# it in DIR (default: prefix, beside this script). The machine brings compiler, CMake 3.25, make and PyTorch 2, for GPUs also a CUDA
# toolkit; parts that CMake finds here, such as the site's MPI, are used, the others are built. What is finished is not built
# again. -j: jobs at once (default: all cores). --own: build these parts though the machine has them. --cpu: without CUDA.
# From the environment: CC and CXX, PYTHON (a Python that has PyTorch), ARCHIPEL_LIBTORCH (in its place, a LibTorch's folder),
# CUDAToolkit_ROOT, CMAKE_PREFIX_PATH. Exit 2: something is missing.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
usage="usage: build.sh [--prefix DIR] [-j N] [--own PART,...|all] [--cpu]"
say() { printf '%s\n' "$*"; }
refuse() {
  printf '%s\n' "$@" >&2
  exit 2
}

prefix=$here/prefix cores=$(nproc) own='' cuda=auto
while [ "$#" -gt 0 ]; do
  case $1 in
    --prefix | -j | --own)
      [ -n "${2:-}" ] || refuse "$1: a value is missing. $usage"
      case $1 in --prefix) prefix=$(realpath -m "$2") ;; -j) cores=$2 ;; --own) own=$2 ;; esac
      shift 2
      ;;
    --cpu)
      cuda=OFF
      shift
      ;;
    -h | --help)
      say "$usage"
      exit 0
      ;;
    *) refuse "$1: unknown option. $usage" ;;
  esac
done
[[ $cores =~ ^[1-9][0-9]*$ ]] || refuse "-j $cores: a whole number from 1"

parts=() needs=()
part() {   # a row of the table
  parts+=("$1")
  needs+=("$([ "${4:-}" != needs ] || echo "$5")")
}
# shellcheck source=jobs/offline/parts.sh
. "$here/parts.sh"
for name in ${own//,/ }; do
  [ "$name" = all ] || [[ " ${parts[*]} " == *" $name "* ]] || refuse "--own $name: no such part; there are: ${parts[*]}"
done
# shellcheck source=jobs/offline/machine.sh
. "$here/machine.sh"

export PREFIX=$prefix WORK=$here/work
mkdir -p "$WORK" "$prefix"
exec 9>"$WORK/lock"
flock --nonblock 9 || refuse "Another build.sh is at work in $WORK: wait until it has ended."
if [ "$(cat "$WORK/prefix" 2>/dev/null)" != "$prefix" ]; then
  rm -f "$WORK"/*.done
  printf '%s\n' "$prefix" >"$WORK/prefix"
fi

cmake -S "$here/probe" -B "$WORK/probe" >"$WORK/probe.log" 2>&1 || refuse "$(tail -n 20 "$WORK/probe.log")" \
  "The compiler builds nothing, or CMake fails (see above; all of it: $WORK/probe.log). CC and CXX name another compiler."
declare -A found=()
while read -r name place; do found[$name]=$place; done < <(sed -n 's/^-- found //p' "$WORK/probe.log")
if [ -z "${found[openmpi]:-}" ]; then unset 'found[hdf5]'; fi   # one that has been built with another MPI
built=()
for i in "${!parts[@]}"; do
  name=${parts[i]}
  if [ "$own" = all ] || [[ ,$own, == *,$name,* ]] || [ -e "$WORK/$name.done" ] || [ -z "${found[$name]:-}" ]; then
    built+=("$name")
  else
    say "$name: this machine's, ${found[$name]}"
  fi
done

# One make for all parts: they share its jobs, and wait for what they need.
{
  printf 'all:'
  printf ' %s.done' "${built[@]}"
  printf '\n'
  for i in "${!parts[@]}"; do
    [[ " ${built[*]} " == *" ${parts[i]} "* ]] || continue
    [[ " ${built[*]} " == *" ${needs[i]:-none} "* ]] || needs[i]=''
    printf '%s.done: %s\n\t+@"%s/part.sh" %s\n' "${parts[i]}" "${needs[i]:+${needs[i]}.done}" "$here" "${parts[i]}"
  done
} >"$WORK/parts.mk"
make --no-print-directory -C "$WORK" -f parts.mk -j "$cores" all || exit 1

options=(-DCMAKE_INSTALL_PREFIX="$prefix" -DARCHIPEL_CUDA="$cuda" -DARCHIPEL_FASHION_MNIST="$prefix/share/datasets/fashion-mnist"
  -DCMAKE_PREFIX_PATH="$torch;$prefix${CMAKE_PREFIX_PATH:+;${CMAKE_PREFIX_PATH//:/;}}"
  -DCMAKE_BUILD_RPATH="$torch_libraries" -DCMAKE_INSTALL_RPATH="$torch_libraries;$prefix/lib")
unset CMAKE_PREFIX_PATH
[[ " ${built[*]} " != *" openmpi "* ]] || options+=(-DMPI_HOME="$prefix")
[[ " ${built[*]} " != *" hdf5 "* ]] || options+=(-DHDF5_ROOT="$prefix")
[[ " ${built[*]} " != *" boost-test "* ]] || options+=(-DBOOST_ROOT="$prefix" -DBoost_NO_SYSTEM_PATHS=ON)
export LDFLAGS="-Wl,--allow-shlib-undefined ${LDFLAGS:-}"   # PyTorch's libraries find theirs when they are loaded
export TORCH_CUDA_ARCH_LIST=${TORCH_CUDA_ARCH_LIST:-8.0}   # any: nothing of ours is compiled for a GPU
cd "$here/source"
cmake --preset site "${options[@]}" >"$WORK/archipel.log" 2>&1 || {
  tail -n 40 "$WORK/archipel.log" >&2
  say "Archipel's configuration failed (see above; all of it: $WORK/archipel.log)" >&2
  exit 1
}
CMAKE_BUILD_PARALLEL_LEVEL=$cores jobs/build.sh site
cmake --install build/site >"$WORK/install.log"
say "Installed: $prefix/bin/archipel. To test it: $here/test.sh"
