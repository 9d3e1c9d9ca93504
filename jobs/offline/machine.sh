# Sourced by build.sh: looks for what the machine must bring. Sets torch (LibTorch's folder), torch_libraries (folders of the libraries
# beside it, a CMake list) and cuda (ON or OFF; as it is, where it is OFF before).

# at_least WHAT HAS WANTED REMEDY
at_least() {
  [ "$(printf '%s\n' "$3" "$2" | sort -V | sed -n 1p)" = "$3" ] || refuse "$1 $2 is too old: $3 is needed. $4"
}
compiler=${CXX:-c++}
command -v "${compiler%% *}" >/dev/null || refuse "No C++ compiler: ${compiler%% *} is not there. Load a module with g++ 12 or newer, or name one in CXX (and CC)."
release=$($compiler -dumpfullversion 2>/dev/null) || release=''   # clang has no such option, and CMake judges it
[ -z "$release" ] || at_least "$compiler" "$release" 12 "Load a module with a newer g++, or name one in CXX (and CC)."
command -v cmake >/dev/null || refuse "No CMake: cmake is not there. Load a module with CMake 3.25 or newer, or \`pip install cmake\` where PyPI is reached."
at_least CMake "$(cmake --version | sed -n 's/^cmake version \([0-9.]*\).*/\1/p')" 3.25 "Load a module with a newer one."
command -v make >/dev/null || refuse "No make: load a module that has GNU make."

torch=${ARCHIPEL_LIBTORCH:-} python=${PYTHON:-python3}
if [ -z "$torch" ]; then
  torch=$("$python" -c 'import importlib.util as u; print(u.find_spec("torch").submodule_search_locations[0])' 2>/dev/null) ||
    refuse "No PyTorch: \`$python -c 'import torch'\` fails. Name a Python that has PyTorch 2 in PYTHON, or a LibTorch's folder in ARCHIPEL_LIBTORCH."
fi
[ -e "$torch/share/cmake/Torch/TorchConfig.cmake" ] || refuse "$torch is no LibTorch: it has no share/cmake/Torch/TorchConfig.cmake. Name another in ARCHIPEL_LIBTORCH."
torch=$(cd "$torch" && pwd)
# shellcheck disable=SC2034   # for build.sh
torch_libraries=$(printf '%s\n' "$torch/lib" "$torch"/../nvidia/*/lib | grep -v '[*]' | paste -sd ';')

if [ ! -e "$torch/lib/libtorch_cuda.so" ]; then
  say "PyTorch in $torch is built without CUDA: a build for CPUs"
  cuda=OFF
else
  nvcc=${CUDAToolkit_ROOT:+$CUDAToolkit_ROOT/bin/}nvcc
  nvcc=$(command -v "$nvcc") || nvcc=$(command -v /usr/local/cuda/bin/nvcc) ||
    refuse "PyTorch in $torch is built with CUDA, and its CMake files want a CUDA toolkit: there is no nvcc." \
      "Load a module with CUDA, or set CUDAToolkit_ROOT to its folder; or take a PyTorch for CPUs."
  toolkit=$("$nvcc" --version | sed -n 's/.*release \([0-9.]*\).*/\1/p')
  wanted=$(sed -n "s/^cuda.*= '\([0-9.]*\)'.*/\1/p" "$torch/version.py" 2>/dev/null) || wanted=''
  [ "${toolkit%%.*}" = "${wanted%%.*}" ] || [ -z "$wanted" ] || refuse "$nvcc is of CUDA $toolkit, PyTorch in $torch is built with CUDA $wanted." \
    "Load a module with CUDA ${wanted%%.*}, or set CUDAToolkit_ROOT to its folder."
  export CUDACXX=$nvcc
  CUDAToolkit_ROOT=$({ "$nvcc" -v archipel.none 2>&1 || true; } | sed -n 's/^#\$ TOP=//p')   # nvcc may be a script, far from its toolkit
  export CUDAToolkit_ROOT
  [ "$cuda" = OFF ] || cuda=ON
fi
