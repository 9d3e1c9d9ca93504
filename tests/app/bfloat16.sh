#!/usr/bin/env bash
# bfloat16.sh PROGRAM MPIRUN: a study that trains in bfloat16 on CPUs needs an instruction set that the study names; it gives the same
# bits on any number of ranks and replicas, and none to a program that computes otherwise.
set -euo pipefail
program=$1 mpirun=$2
# shellcheck source=tests/app/refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
# shellcheck source=tests/app/small_study.sh
. "$(dirname "${BASH_SOURCE[0]}")/small_study.sh"
unset ARCHIPEL_PINNED OMPI_MCA_ess_singleton_isolated   # bits are compared
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
head -c 20000 /dev/urandom >pixels
migrating_study pixels
sed -i 's/^operations = .*/operations = ["conv3x3", "sep3x3"]/; s/^widths = .*/widths = [8, 20]/; s/^training = .*/training = { batch = 64, precision = "bfloat16" }/
  1i numerics = { device = "cpu", isa = "avx512_bf16" }' study.toml

refused 1 2 'training.precision = "bfloat16": needs numerics.isa = "avx512_bf16"' study.toml --set numerics.isa=native
refused 1 2 'training.precision = "bfloat16": needs numerics.isa = "avx512_bf16"' study.toml --set numerics.isa=avx2
if ! grep -qw avx512_bf16 /proc/cpuinfo; then
  refused 1 2 'numerics.isa = "avx512_bf16": this CPU does not have it; allowed here: native' study.toml
  refused 2 2 'numerics.isa = "avx512_bf16": this CPU does not have it; allowed here: native' study.toml
  echo "not tested: bits in bfloat16 (this CPU does not multiply in it)"
  exit 0
fi

"$program" run study.toml --quiet --results whole.h5 >out || fail "one rank"
[ "$(fact isa whole.h5)" = avx512_bf16 ] || fail "the provenance has another instruction set:" "$(fact isa whole.h5)"
for shape in "4 2" "3 3"; do
  read -r ranks replicas <<<"$shape"
  "$mpirun" "$ranks" "$program" run study.toml --quiet --replicas "$replicas" --results r.h5 >out || fail "$ranks ranks, $replicas replicas"
  "$program" diff whole.h5 r.h5 >out || fail "$ranks ranks, $replicas replicas:" "$(cat out)"
  rm -r r.h5 r.artefacts
done
"$program" verify whole.h5 --sample 9 >out || fail "evaluated again:" "$(cat out)"

single=(--set training.precision=float32)
"$program" run study.toml --quiet --results single.h5 "${single[@]}" >out || fail "in single precision"
if "$program" diff whole.h5 single.h5 >out; then fail "single precision gave the same results"; fi
under 1 run study.toml --resume --results whole.h5 "${single[@]}"
if [ "$code" != 2 ] || ! grep -q 'was made with training.precision = "bfloat16"' <<<"$output"; then fail "resumed in single precision: exit $code" "$output"; fi
under 1 run study.toml --resume --results single.h5 "${single[@]}" --set numerics.isa=native
if [ "$code" != 2 ] || ! grep -q 'use --set numerics.isa=avx512_bf16' <<<"$output"; then fail "resumed with other kernels: exit $code" "$output"; fi
