#!/usr/bin/env bash
# torch_cuda.sh [--toolkit]: makes sure that build/torch-cuda holds the LibTorch with CUDA that the preset cuda links: of PyPI's
# package torch what a C++ program needs, and those libraries beside it that neither the CUDA toolkit nor the system has. They
# are fetched once; with ARCHIPEL_CACHE set they are kept in that folder, and build/torch-cuda is a link to them.
# --toolkit only prints where the CUDA toolkit is. Messages go to the standard error. Exit 2: something is missing.
set -euo pipefail

torch_version=2.11 cuda_major=13   # PyPI's package of this version is built for this CUDA
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }
refuse() {
  printf '%s\n' "$@" >&2
  exit 2
}

find_toolkit() {   # where CMake looks for one
  local nvcc release where="nvcc in PATH, then /usr/local/cuda/bin/nvcc"
  if [ -n "${CUDAToolkit_ROOT:-}" ]; then
    where="bin/nvcc in CUDAToolkit_ROOT=$CUDAToolkit_ROOT"
    nvcc=$(command -v "$CUDAToolkit_ROOT/bin/nvcc") || nvcc=''
  else
    nvcc=$(command -v nvcc) || nvcc=$(command -v /usr/local/cuda/bin/nvcc) || nvcc=''
  fi
  [ -n "$nvcc" ] || refuse "No CUDA toolkit. Looked for: $where." \
    "Install CUDA toolkit $cuda_major, load its module, or set CUDAToolkit_ROOT to its folder."
  release=$("$nvcc" --version | sed -n 's/.*release \([0-9.]*\).*/\1/p')
  [ "${release%%.*}" = "$cuda_major" ] || refuse "$nvcc is of CUDA ${release:-of unknown version}, but PyPI's torch $torch_version is for CUDA $cuda_major." \
    "Set CUDAToolkit_ROOT to a CUDA toolkit $cuda_major; or give \`cmake --preset site -D ARCHIPEL_CUDA=ON\` a LibTorch for this one in CMAKE_PREFIX_PATH."
  toolkit=$({ "$nvcc" -v archipel.none 2>&1 || true; } | sed -n 's/^#\$ TOP=//p')   # nvcc may be a script, far from its toolkit
  [ -d "$toolkit" ] || refuse "$nvcc does not tell where its toolkit is."
  toolkit=$(cd "$toolkit" && pwd)
}

find_python() {
  for python in python3 /usr/bin/python3 python; do
    if "$python" -m pip --version >/dev/null 2>&1; then return 0; fi
  done
  refuse "No Python with pip, by which PyPI's torch $torch_version is fetched: neither python3 nor /usr/bin/python3 runs \`-m pip\`."
}

# fetch FOLDER [--no-deps] REQUIREMENT...: what C++ needs of these packages, into FOLDER. Any Python will do: no Python code is kept.
fetch() {
  local folder=$1 wheels=$1/wheels
  shift
  say "pip download $*"
  "$python" -m pip download --quiet --no-cache-dir --dest "$wheels" --only-binary=:all: --implementation cp --python-version 3.12 \
    --abi cp312 --abi none "$@" >&2 || refuse "pip download $* failed (see above). It needs a way to PyPI, as pip is configured here."
  "$python" - "$folder" "$wheels"/*.whl >&2 <<'PYTHON' || refuse "The packages could not be unpacked in $folder."
import re, sys, zipfile

wanted = re.compile(r"torch/(lib/(?!libtorch_python|libshm)|include/|share/cmake/)|nvidia/[^/]+/(include/|lib/[^/]*\.so)|torch-[^/]*/METADATA")
for wheel in sys.argv[2:]:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(sys.argv[1], [name for name in archive.namelist() if wanted.match(name)])
PYTHON
  rm -r "$wheels"
}

# requirement FOLDER LIBRARY: the package that has the library, in the version that torch names.
requirement() {
  local name=${2#lib} package
  name=${name%%.so*}
  case $name in
    cusparseLt) package=nvidia-cusparselt ;;
    cudnn*) package=nvidia-cudnn ;;
    nccl) package=nvidia-nccl ;;
    nvshmem*) package=nvidia-nvshmem ;;
    cublasLt) package=cuda-toolkit name=cublas ;;
    *) package=cuda-toolkit name=${name,,} ;;
  esac
  if [ "$package" = cuda-toolkit ]; then
    sed -nE "s/^Requires-Dist: cuda-toolkit\[(.*,)?($name)[],].*==([0-9.]+).*/cuda-toolkit[\2]==\3/p" "$1"/torch-*/METADATA
  else
    sed -n "s/^Requires-Dist: \($package-cu[0-9]*==[0-9.]*\).*/\1/p" "$1"/torch-*/METADATA
  fi
}

# torch's libraries look for others in the folders of their own packages: there the toolkit's are linked, found or not by the system.
link_toolkit() {
  local library there=$1/nvidia/cu$cuda_major/lib
  mkdir -p "$there"
  find "$there" -type l -delete
  for library in "$toolkit"/lib64/lib*.so.[0-9]*; do
    [ -e "$there/${library##*/}" ] || ln -s "$library" "$there/"
  done
}

missing_libraries() {
  ldd "$1"/torch/lib/libtorch.so "$1"/torch/lib/libtorch_cuda_linalg.so | sed -n 's/^[[:space:]]*\(.*\) => not found/\1/p' | LC_ALL=C sort -u
}

complete() {
  local folder=$1 missing package packages library round
  link_toolkit "$folder"
  for round in 1 2 3 4; do   # what is fetched may want more
    missing=$(missing_libraries "$folder")
    [ -n "$missing" ] || return 0
    [ "$round" -lt 4 ] || break
    packages=()
    for library in $missing; do
      package=$(requirement "$folder" "$library")
      [ -n "$package" ] || refuse "LibTorch wants $library, which no package of its own brings."
      packages+=("$package")
    done
    fetch "$folder" "${packages[@]}"
  done
  refuse "LibTorch in $folder does not find:" "$missing"
}

find_toolkit
case "$#:${1:-}" in
  0:) ;;
  1:--toolkit)
    echo "$toolkit"
    exit 0
    ;;
  *) refuse "usage: torch_cuda.sh [--toolkit]" ;;
esac
find_python

link=$root/build/torch-cuda
if [ -n "${ARCHIPEL_CACHE:-}" ]; then
  mkdir -p "$ARCHIPEL_CACHE" "$root/build"
  folder=$(cd "$ARCHIPEL_CACHE" && pwd)/torch-$torch_version-cuda
else
  folder=$link
fi
if ! compgen -G "$folder/torch-$torch_version.*/METADATA" >/dev/null; then   # nothing, or of another version
  partial=$folder.partial.$$
  trap 'rm -rf "$partial"' EXIT
  mkdir -p "$partial"
  fetch "$partial" --no-deps "torch==$torch_version.*"
  complete "$partial"
  rm -rf "$folder"
  mv -T "$partial" "$folder"
fi
complete "$folder"
if [ "$folder" != "$link" ]; then
  rm -rf "$link"
  ln -s "$folder" "$link"
fi
