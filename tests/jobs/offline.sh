#!/usr/bin/env bash
# offline.sh: the scripts of a bundle for machines without internet (jobs/offline), with a table of small parts and stand-ins for
# PyTorch and the project: what they refuse, what a stopped build builds again, and a report without a GPU. The real table is looked at.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/app/refuse.sh
. "$here/../app/refuse.sh"
root=$(realpath "$here/../..")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
unset CC CXX PYTHON ARCHIPEL_LIBTORCH CUDAToolkit_ROOT CMAKE_PREFIX_PATH "${!CMAKE@}"

# The table: every row is well formed, every package that CMake looks for is a part or the machine's.
known=' '
part() {
  [[ $1 =~ ^[a-z0-9-]+$ && $2 =~ ^(source|package):[a-z0-9.+-]+(/[a-z]+)?$ && $3 =~ ^(cmake|configure|copy)$ ]] || fail "wrong row: $*"
  [[ $2 != package:* || " $* " == *" keep "* ]] || fail "$1: nothing is kept of a package"
  if [ "${4:-}" = needs ]; then [[ $known == *" $5 "* ]] || fail "$1 needs $5, which does not stand before it"; fi
  known+="$1 "
}
# shellcheck source=jobs/offline/parts.sh
. "$root/jobs/offline/parts.sh"
for place in "$root"/jobs/offline/*/; do
  name=$(basename "$place")
  [ "$name" = probe ] || [[ $known == *" $name "* ]] || fail "jobs/offline/$name is no part"
done
while read -r package; do
  case $package in
    Torch | CUDAToolkit | NCCL | NCCL_INCLUDE_DIR) ;;   # the machine brings them
    *) grep -qi -- "${package%_INCLUDE_DIR}" "$root/jobs/offline/probe/CMakeLists.txt" || fail "no part of the bundle is $package" ;;
  esac
done < <(sed -nE 's/^ *find_(package|path)\(([A-Za-z0-9_]+).*/\2/p' "$root/cmake/Dependencies.cmake")

# A bundle of three parts, and a project that needs a file of one of them.
mkdir -p bundle/{source/jobs,parts/{first,second,third}} torch/{lib,share/cmake/Torch} bin
cp -r "$root"/jobs/offline/*.sh "$root/jobs/offline/probe" bundle
cp "$root"/jobs/{build,progress,mpirun}.sh bundle/source/jobs
touch torch/share/cmake/Torch/TorchConfig.cmake bundle/parts/second/{second.txt,debian-copyright}
echo commit >bundle/source.commit
cat >bundle/parts.sh <<'EOT'
part first source:first cmake with -DTEXT=@SOURCE@
part second package:second copy needs first
part third source:third configure needs second with --text=hello
EOT
cat >bundle/parts/first/CMakeLists.txt <<'EOT'
cmake_minimum_required(VERSION 3.25)
project(first LANGUAGES NONE)
file(WRITE ${CMAKE_BINARY_DIR}/first.txt "${TEXT}")
install(FILES ${CMAKE_BINARY_DIR}/first.txt DESTINATION .)
EOT
cat >bundle/parts/third/configure <<'EOT'
#!/bin/sh
[ -e "$PREFIX/first.txt" ] && [ -e "$PREFIX/second.txt" ] || exit 1
[ ! -e "$PREFIX/../broken" ] || { echo "the third part is broken"; exit 1; }
printf 'all:\ninstall:\n\techo "%s" >%s/third.txt\n' "$*" "$PREFIX" >Makefile
EOT
cat >bundle/source/CMakePresets.json <<'EOT'
{"version": 6, "configurePresets": [{"name": "site", "binaryDir": "${sourceDir}/build/site"}],
 "buildPresets": [{"name": "site", "configurePreset": "site"}]}
EOT
cat >bundle/source/CMakeLists.txt <<'EOT'
cmake_minimum_required(VERSION 3.25)
project(archipel LANGUAGES CXX)
find_file(third third.txt PATHS ${CMAKE_INSTALL_PREFIX} REQUIRED)
set(MPIEXEC_EXECUTABLE ${PROJECT_SOURCE_DIR}/mpiexec CACHE FILEPATH "")
file(WRITE archipel "#!/bin/sh\n")
add_custom_target(program ALL COMMAND install ${PROJECT_SOURCE_DIR}/archipel ${CMAKE_BINARY_DIR}/archipel)
install(PROGRAMS archipel DESTINATION bin)
message(STATUS "Archipel 1: CUDA ${ARCHIPEL_CUDA}")
EOT
printf '#!/bin/sh\necho ranks "$@"\n' >bundle/source/mpiexec
chmod +x bundle/parts/third/configure bundle/source/mpiexec
export ARCHIPEL_LIBTORCH=$folder/torch

ends() {   # ends CODE TEXT COMMAND...: sets output; a refusal is no more than a line or two
  local code=0 wanted=$1 text=$2
  shift 2
  output=$("$@" 2>&1) || code=$?
  if [ "$code" != "$wanted" ] || [[ $output != *"$text"* ]]; then fail "$*: exit $code, not $wanted with '$text':" "$output"; fi
  [ "$code" != 2 ] || [ "$(wc -l <<<"$output")" -le 2 ] || fail "$*: a long message:" "$output"
}

# Refusals. `without TOOL...`: a PATH that lacks these, with what stands in bin before all.
without() {
  local tool
  rm -rf tools
  mkdir tools
  for tool in bash cat cut dirname env grep nproc paste readlink realpath sed sh sort c++ cmake make python3; do
    [[ " $* " == *" $tool "* ]] || ln -s "$(command -v "$tool")" tools/
  done
}
build() { PATH=$folder/bin:$folder/tools bundle/build.sh "$@"; }
stand_in() {   # stand_in TOOL TEXT: a TOOL that prints TEXT
  printf '#!/bin/sh\necho "%s"\n' "$2" >"bin/$1"
  chmod +x "bin/$1"
}
without
ends 2 "--jobs: unknown option" build --jobs 3
ends 2 "-j 0: a whole number from 1" build -j 0
ends 2 "--own nothing: no such part; there are: first second third" build --own nothing
ends 2 "/nowhere is no LibTorch" env ARCHIPEL_LIBTORCH=/nowhere bundle/build.sh
stand_in c++ 11.4.0
ends 2 "c++ 11.4.0 is too old: 12 is needed" build
rm bin/c++
stand_in cmake "cmake version 3.18.4"
ends 2 "CMake 3.18.4 is too old: 3.25 is needed" build
rm bin/cmake
without c++
ends 2 "No C++ compiler: c++ is not there" build
without cmake
ends 2 "No CMake" build
without make
ends 2 "No make" build
without
ARCHIPEL_LIBTORCH='' PYTHON=python3 ends 2 "No PyTorch" env PYTHONPATH= PYTHON=false bundle/build.sh
touch torch/lib/libtorch_cuda.so
if [ ! -x /usr/local/cuda/bin/nvcc ]; then ends 2 "want a CUDA toolkit: there is no nvcc" build; fi
echo "cuda: Optional[str] = '13.0'" >torch/version.py
stand_in nvcc "Cuda compilation tools, release 12.4, V12.4.131"
ends 2 "nvcc is of CUDA 12.4, PyTorch in $folder/torch is built with CUDA 13.0" build
rm torch/lib/libtorch_cuda.so
[ ! -e bundle/work ] || fail "a refusal leaves files"

# A part that fails, then a build that goes on from there.
touch bundle/broken
ends 1 "the third part is broken" bundle/build.sh -j 2
[[ $output == *"third: the configuration failed. The end of $folder/bundle/work/third.log"* ]] || fail "no place of the log:" "$output"
rm bundle/broken
ends 0 "Installed: $folder/bundle/prefix/bin/archipel" bundle/build.sh -j 2
[[ $output != *"first: done"* && $output == *"third: done"* ]] || fail "finished parts are built again, or others are not:" "$output"
[ "$(cat bundle/prefix/first.txt)" = "$folder/bundle/parts/first" ] || fail "options do not know the part's folder"
[[ $(cat bundle/prefix/third.txt) == *"--prefix=$folder/bundle/prefix "*--text=hello ]] || fail "wrong options:" "$(cat bundle/prefix/third.txt)"
ends 0 Installed bundle/build.sh
[[ $output != *": done in "*" s"*Building* ]] || fail "a second build builds parts again:" "$output"
ends 0 "third: done" bundle/build.sh --prefix "$folder/elsewhere"
(
  flock 9
  ends 2 "Another build.sh is at work" bundle/build.sh
) 9>bundle/work/lock

# A report where there is no CUDA.
ends 0 "| tests with the label gpu | not done: built without CUDA | 0 |" bundle/gpu_report.sh -o report.md
for text in "| build | passed |" "| a study of a function, 2 ranks | passed |" "| default study | not done: built without CUDA | 0 |" "| commit | commit |"; do
  grep -qF -- "$text" report.md || fail "no '$text' in the report:" "$(cat report.md)"
done
grep -q "^ranks -n 2 .*archipel run .*rastrigin.toml" bundle/work/report/mpi.log || fail "no run on two ranks:" "$(cat bundle/work/report/mpi.log)"
echo 'message(FATAL_ERROR "nothing works")' >>bundle/source/CMakeLists.txt
ends 1 "| build | **failed** (exit 1) |" bundle/gpu_report.sh -o report.md
[[ $output == *"nothing works"* ]] || fail "the report does not say why:" "$output"
ends 2 "--minutes x: a whole number from 1" bundle/gpu_report.sh --minutes x
