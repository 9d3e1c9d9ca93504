#!/usr/bin/env bash
# setup.sh [--list] [--tests] [--cuda]: makes sure that what the build needs (with --tests also what the test suite needs) is
# there, and prints the name of the CMake preset for this machine: release on Debian 12, whose packages it installs, site
# elsewhere. With --cuda it also fetches a LibTorch with CUDA (torch_cuda.sh), for the preset cuda; a CUDA toolkit must be there.
# --list only prints the names of Debian's packages.
# Messages go to the standard error. Exit 2: something is missing that it cannot install.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Each is needed: what another one brings along is not named, so that tests/fresh can tell what is missing.
packages=(
  g++ cmake ninja-build
  libhdf5-openmpi-dev   # brings Open MPI and zlib
  libtorch-dev libdnnl-dev
  ocl-icd-opencl-dev    # the CMake files of libdnnl-dev want it; that package only recommends it
  libopenblas0-serial   # or LibTorch runs on the reference BLAS
  libtomlplusplus-dev libcli11-dev libspdlog-dev librandom123-dev libxxhash-dev libboost-test-dev
  dataset-fashion-mnist
)
test_packages=(
  python3-h5py python3-pandas python3-torch clang-format shellcheck ccache mmdebstrap git dpkg-dev
  slurmctld slurmd iproute2   # clusters of virtual nodes; no service is started
)
cuda_packages=(python3-pip)

say() { printf '%s\n' "$*" >&2; }
refuse() {
  say "$@"
  exit 2
}

is_debian_12() {
  # shellcheck source=/dev/null
  [ -r /etc/os-release ] && (. /etc/os-release && [ "${ID:-}" = debian ] && [ "${VERSION_ID:-}" = 12 ])
}

missing_packages() {
  comm -13 <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' | sort -u) \
    <(printf '%s\n' "$@" | sort -u)
}

install_packages() {
  local missing as_root=()
  mapfile -t missing < <(missing_packages "$@")
  [ "${#missing[@]}" -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || refuse "These Debian packages are missing, and there is neither root nor sudo to install them." \
      "As root: apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
    as_root=(sudo)
  fi
  say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  if ! "${as_root[@]}" apt-get -q update >&2 || ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -q install -y --no-install-recommends "${missing[@]}" >&2; then
    refuse "apt-get failed (see above). Needed: ${missing[*]}"
  fi
}

# On other systems: what CMake finds decides.
configure_site() {
  local preset=$1 log=$root/build/$1-configure.log options=(-DARCHIPEL_TESTS=OFF)
  [ "$tests" = no ] || options=(-DARCHIPEL_TESTS=ON)
  mkdir -p "$root/build"
  if command -v cmake >/dev/null && cmake -S "$root" --preset "$preset" "${options[@]}" >"$log" 2>&1; then
    return 0
  fi
  [ ! -s "$log" ] || grep -A 8 'CMake Error' "$log" | sed -n 1,20p >&2 || true
  say ""
  say "This is not Debian 12, and \`cmake --preset $preset\` does not find everything. Needed, from modules, packages or CMAKE_PREFIX_PATH:"
  cat >&2 <<'TEXT'
  component                Fedora, RHEL (with EPEL)   Ubuntu                  Spack
  g++ 12+ or clang 16+     gcc-c++                    g++                     gcc
  CMake 3.25+, make/Ninja  cmake ninja-build          cmake ninja-build       cmake ninja
  MPI 3                    openmpi-devel              libopenmpi-dev          openmpi or mpich
  HDF5 1.10+               hdf5-openmpi-devel         libhdf5-openmpi-dev     hdf5 +mpi
  LibTorch 1.13 or 2.x     PyPI's torch, or pytorch.org's LibTorch            py-torch
  OpenBLAS (only where that LibTorch uses the system's BLAS: Ubuntu's, Debian's)
  oneDNN 2.6+ or 3.x       onednn-devel               libdnnl-dev             onednn
  toml++ 3                 tomlplusplus-devel         libtomlplusplus-dev     tomlplusplus
  CLI11 2                  cli11-devel                libcli11-dev            cli11
  spdlog 1                 spdlog-devel               libspdlog-dev           spdlog
  Random123                Random123-devel            librandom123-dev        random123
  xxHash 0.8+              xxhash-devel               libxxhash-dev           xxhash
  zlib                     zlib-devel                 zlib1g-dev              zlib
  Boost.Test (tests)       boost-devel                libboost-test-dev       boost +test
Fashion-MNIST: Debian's and Ubuntu's dataset-fashion-mnist, or its four IDX files (github.com/zalandoresearch/fashion-mnist)
in a folder of yours, given to the program with --set run.data_directory=FOLDER.
Then run this again. CONTRIBUTING.md has the commands for a LibTorch from PyPI and for MPICH.
TEXT
  refuse "" "The whole output of CMake: $log"
}

tests=no cuda=no list=no
for option in "$@"; do
  case $option in
    --list) list=yes ;;
    --tests) tests=yes ;;
    --cuda) cuda=yes ;;
    *) refuse "usage: setup.sh [--list] [--tests] [--cuda]" ;;
  esac
done

[ "$tests" = no ] || packages+=("${test_packages[@]}")
[ "$cuda" = no ] || packages+=("${cuda_packages[@]}")
if [ "$list" = yes ]; then
  printf '%s\n' "${packages[@]}"
  exit
fi
[ "$cuda" = no ] || "$root/jobs/torch_cuda.sh" --toolkit >/dev/null   # first of all: it cannot be installed from here
if is_debian_12; then
  preset=release
  install_packages "${packages[@]}"
else
  preset=site
fi
if [ "$cuda" = yes ]; then
  "$root/jobs/torch_cuda.sh"
  [ "$preset" = release ] || configure_site cuda
  preset=cuda
elif [ "$preset" = site ]; then
  configure_site site
fi
echo "$preset"
