#!/usr/bin/env bash
# install.sh BUILD [CONFIG]: what `cmake --install` puts somewhere is complete and works from there, without the sources.
set -euo pipefail
build=$1 config=${2:-}
# shellcheck source=tests/app/refuse.sh
. "$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/../app/refuse.sh"
# shellcheck source=tests/app/small_study.sh
. "$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/../app/small_study.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cmake --install "$build" ${config:+--config "$config"} --prefix "$folder/there" >"$folder/log" || fail "not installed" "$(cat "$folder/log")"
cd "$folder"
jobs=$folder/there/share/archipel/jobs
unset "${!ARCHIPEL@}" "${!SLURM@}"

(cd there && find . -type f) | sort >files
torch=lib/archipel/libarchipel_torch.so
[ -e "$build/libarchipel_torch.so" ] || torch=
sort >expected <<EOT
./bin/archipel${torch:+
./$torch}
./share/archipel/jobs/analysis.sbatch
./share/archipel/jobs/archipel.sbatch
./share/archipel/jobs/array.sbatch
./share/archipel/jobs/keep_going.sh
./share/archipel/jobs/modulefile
./share/archipel/jobs/mpirun.sh
./share/archipel/jobs/site.example.env
./share/archipel/jobs/site.sh
./share/archipel/jobs/studies/fashion-mnist-long.toml
./share/archipel/jobs/studies/fashion-mnist.toml
./share/archipel/jobs/studies/nasbench201.toml
./share/archipel/jobs/studies/rastrigin.toml
./share/archipel/jobs/submit.sh
EOT
diff expected files || fail "other files are installed (>) than expected (<)"

[[ $(there/bin/archipel --version) == "archipel "* ]] || fail "the installed program does not start"
[[ $("$jobs/submit.sh" --help) == usage:* ]] || fail "submit.sh --help"

# A job without Slurm: an mpirun that starts one rank, the example as the site's file.
cp "$jobs/site.example.env" "$jobs/site.env"
echo 'ARCHIPEL_LAUNCHER=mpirun launch_options=()' >>"$jobs/site.env"
mkdir bin
cat >bin/mpirun <<'EOT'
#!/bin/sh
shift 2   # -n 1
exec "$@"
EOT
chmod +x bin/mpirun
code=0
PATH=$folder/bin:$PATH ARCHIPEL_JOBS=$jobs SLURM_JOB_ID=1 SLURM_JOB_END_TIME=4000000000 \
  bash "$jobs/archipel.sbatch" "$jobs/studies/rastrigin.toml" r.h5 --quiet >out 2>&1 || code=$?
[ "$code" = 0 ] || fail "a job of what is installed: exit $code" "$(cat out)"
there/bin/archipel status --exit-code r.h5 >/dev/null || fail "a job of what is installed leaves its study unfinished" "$(cat out)"
[ "$("$jobs/mpirun.sh" 1 echo right 2>&1)" = right ] || fail "mpirun.sh"

# LibTorch is loaded when networks are exported; that it is missing is told when a study starts.
if [ -n "$torch" ]; then
  program=$folder/there/bin/archipel
  for ((i = 0; i < 2000; ++i)); do printf 'pixels of images'; done >pixels
  small_study pixels
  start=(study.toml --set numerics.device=cpu --quiet)
  under 1 run "${start[@]}" --results small.h5
  [ "$code" = 0 ] || fail "what is installed does not train: exit $code" "$output"
  [ -n "$(find . -name '*.pt')" ] || fail "what is installed exports no network" "$(find .)"
  mv "there/$torch" away
  refused 1 1 "there is neither" "${start[@]}" --results absent.h5
fi
