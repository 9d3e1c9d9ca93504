#!/usr/bin/env bash
# bench.sh PROGRAM MPIRUN [train]: `archipel bench` measures each of its subjects and says so in text and in JSON; mistakes are told in one
# message. That it is quick is no test. train: the build has LibTorch.
set -euo pipefail
program=$1 mpirun=$2 with_torch=${3:-}
# shellcheck source=tests/app/refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
# shellcheck source=tests/app/small_study.sh
. "$(dirname "${BASH_SOURCE[0]}")/small_study.sh"
studies=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../jobs/studies" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
head -c 30000 /dev/urandom >pixels
small_study pixels
if [ -z "$with_torch" ]; then   # what starts up without LibTorch
  printf 'evaluator = { kind = "function", function = { name = "sphere" } }\nspace.kind = "genes"\n[[stage]]\nbudget.evaluations = 2\n' >startup.toml
else
  cp study.toml startup.toml
fi
quick=(--study study.toml --set numerics.device=cpu --repeats 1 --evaluations 1000 --images 64 --batch 64 --parameters 100 --parameters 1000)

# holds CODE: what `json` says, where `of(subject, key)` are the values of a key in a subject's records.
holds() {
  /usr/bin/python3 - "$1" <<'EOT' || fail "wrong: $1" "$(cat json)"
import json, sys
found = json.load(open("json"))
def of(subject, key):
    return [r[key] for r in found[subject]["records"] if key in r]
def shares():   # of one round
    records = [[r[key]["median"] for key in r if key.startswith("share_")] for r in found["train"]["records"]]
    return [r for r in records if r]
def all_positive(subject, *keys):
    values = [v for key in keys for v in of(subject, key)]
    return bool(values) and all(0 < v["min"] <= v["median"] <= v["max"] < 1e15 for v in values)
sys.exit(0 if eval(sys.argv[1]) else 1)
EOT
}

# measured RANKS ARGUMENTS...: bench as text, which is not empty, and as JSON into `json`.
measured() {
  under "$1" bench "${@:2}"
  [ "$code" = 0 ] || fail "bench ${*:2} on $1 ranks: exit $code" "$output"
  [[ $output == machine* ]] || fail "bench ${*:2} on $1 ranks:" "$output"
  under "$1" bench "${@:2}" --json
  [ "$code" = 0 ] || fail "bench ${*:2} --json on $1 ranks: exit $code" "$output"
  printf '%s\n' "$output" >json
  holds 'found["machine"]["records"][0]["cpu"] != ""'
}

if [ -n "$with_torch" ]; then
  measured 1 "${quick[@]}" --folder .
  holds 'list(found) == ["machine", "startup", "engine", "exchange", "results", "data", "train", "latency"]'
  holds 'all_positive("train", "images_per_second", "images_per_second_wall", "gflops", "gemm_peak_gflops", "convolution_peak_gflops")'
  holds 'of("train", "loop")[:3] == ["archipel", "plain", "tuned"] and len(of("train", "loop")) in (6, 8)'
  holds 'all_positive("train", "kernels_alone_images_per_second", "convolutions_alone_images_per_second", "archipel_share_of_kernels_alone")'
  holds 'all(c["median"] >= k["median"] for c, k in zip(of("train", "convolutions_alone_images_per_second"), of("train", "kernels_alone_images_per_second")))'
  holds 'len(shares()) == 2 and all(len(s) == 7 and min(s) >= 0 and max(s) <= 1 and abs(sum(s) - 1) < 1e-6 for s in shares())'
  holds 'of("latency", "model") == ["sum over layers", "macs of the network alone"] and "[latency]" in found["latency"]["notes"]'
  holds '{"stem", "conv1x1", "maxpool", "classifier"} <= set(of("latency", "operation")) and all_positive("latency", "us")'
  holds '"python" in of("train", "loop") or any("left out" in note for note in found["train"]["notes"])'
else
  measured 1 engine "${quick[@]}"
fi
holds 'of("engine", "strategy") == ["random", "evolution", "aging"] and of("engine", "evaluations") == [1000] * 3'
holds 'all_positive("engine", "us_each", "us_each_processor", "us_each_with_rows", "us_each_with_rows_processor")'
[ -n "$with_torch" ] || measured 1 exchange
holds 'found["exchange"]["records"] == [] and "mpirun" in found["exchange"]["notes"][0]'
[ -n "$with_torch" ] || measured 1 results "${quick[@]}" --folder .
holds 'of("results", "synced") == ["never", "each row"] and all_positive("results", "rows_per_second", "raw_writes_per_second", "creation_ms")'
[ -n "$with_torch" ] || measured 1 data "${quick[@]}"
holds 'of("data", "read_bytes") == [300 * 64 + 300] and all_positive("data", "images_per_second", "memcpy_gb_per_second", "read_ms")'

measured 3 --repeats 1 --study startup.toml --set numerics.device=cpu
holds 'list(found) == ["machine", "startup", "exchange"]'
holds 'of("exchange", "migrants") == [0, 1, 4, 16, 64] and all_positive("exchange", "us", "us_mpi_alone")'
holds 'of("exchange", "bytes") == sorted(of("exchange", "bytes"))'
holds 'of("startup", "phase")[-4:] == ["canary", "network", "first step", "total"] and all_positive("startup", "VmHWM_mib")'
holds 'of("startup", "ms")[-1]["median"] >= of("startup", "ms")[1]["median"] > 0'
[ "$(find . -name 'archipel_bench*' | wc -l)" = 0 ] || fail "files are left:" "$(ls)"

if [ -n "$with_torch" ]; then
  under 1 bench --describe "${quick[@]}"
  printf '%s\n' "$output" >json
  holds 'len(found["networks"]) == 2 and found["networks"][0]["layers"][-1]["kind"] == "classifier" and found["training"]["batch"] == 64'
  measured 1 train "${quick[@]}" --python "$PWD/absent"
  holds 'any("there is no" in note for note in found["train"]["notes"])'
fi

# wrong RANKS TEXT ARGUMENTS...: exit 2 and one message, which contains TEXT.
wrong() {
  under "$1" bench "${@:3}"
  if [ "$code" != 2 ] || [ "$(grep -c '^archipel: ' <<<"$output")" != 1 ] || [[ $output != *"archipel: $2"* ]]; then
    fail "bench ${*:3} on $1 ranks: exit $code, expected '$2'" "$output"
  fi
}
wrong 1 'subject: speed not in' speed
wrong 1 '--repeats: Value 0 not in range' --repeats 0
wrong 1 '--folder: Directory does not exist' results --folder absent
wrong 2 'bench engine works alone: start it without mpirun' engine
wrong 1 'absent.toml: cannot be opened' data --study absent.toml
wrong 1 'evaluator.kind: bench needs a study that trains' data --study "$studies/rastrigin.toml"
if [ -n "$with_torch" ]; then
  wrong 1 'training.shards = 3: allowed powers of two' train "${quick[@]}" --shards 3
else
  wrong 1 'bench train needs LibTorch' train "${quick[@]}"
fi
