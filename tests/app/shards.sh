#!/usr/bin/env bash
# shards.sh PROGRAM MPIRUN: a study on HDF5 shards of Fashion-MNIST, whose images are eight times as large as the window, gives the
# same bits on any number of ranks and replicas, staged or not, stopped or killed and resumed; without a window it gives the bits of
# IDX files. Wrong files and a full disk for the copies end it with one message.
set -euo pipefail
program=$1 mpirun=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/app/refuse.sh
. "$here/refuse.sh"
unset ARCHIPEL_PINNED OMPI_MCA_ess_singleton_isolated   # bits are compared
data=${ARCHIPEL_FASHION_MNIST:-/usr/share/datasets/fashion-mnist}
if [ ! -e "$data/train-images-idx3-ubyte.gz" ]; then
  echo "SKIPPED: no Fashion-MNIST in $data"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
make() { /usr/bin/python3 "$here/make_shards.py" "$data/$1-images-idx3-ubyte.gz" "$data/$1-labels-idx1-ubyte.gz" "${@:2}"; }
make train 10700 3 train   # 8 MiB
make t10k 1000 2 test
cat >study.toml <<'END'
data = { train_shards = ["train-?.h5"], test_shards = ["test-0.h5", "test-1.h5"], validation = 1000, window = 1 }
training = { batch = 64, flip = true }
[space]
kind = "cell"
nodes = 1
operations = ["conv1x1"]
widths = [2, 4]
cells = [1]
stages = 1
[[stage]]
islands = 2
budget.evaluations = 6
fidelity.epochs = 2
strategy = [{ kind = "evolution", population = 2, tournament = 2 }]
migration = { interval = 1, lag = 0 }
[[stage]]
kind = "evaluate"
candidates = 1
fidelity.epochs = 3
END
run() {   # run RANKS OPTION...
  local ranks=$1
  shift
  "$mpirun" "$ranks" "$program" run study.toml "$@" >out 2>&1
}
same() { "$program" diff whole.h5 "$1" >difference || fail "$2:" "$(cat difference)"; }

run 1 --results whole.h5 || fail "one rank:" "$(cat out)"
for shape in "2 1" "2 2" "4 2" "3 3"; do
  read -r ranks replicas <<<"$shape"
  run "$ranks" --replicas "$replicas" --results r.h5 --set "run.stage_directory=$folder/stage" || fail "$ranks ranks, $replicas replicas:" "$(cat out)"
  grep -q "staged 3 shards in $folder/stage: 8.4 MB copied in .* s, 0 found there" out || fail "nothing is said of staging:" "$(cat out)"
  [ ! -e stage ] || fail "copies are left behind:" "$(ls -R stage)"
  same r.h5 "$ranks ranks, $replicas replicas"
  rm -rf r.h5 r.artefacts
done

# Stopped in the middle of an epoch, or killed; then with another number of replicas, and a copy of one shard that is there.
mkdir stage
cp train-1.h5 stage
slow=(--set 'run.delay=[0.5,0.5,0.5,0.5]' --set run.grace=0 --set run.checkpoint=0.05)
for signal in USR2 KILL; do
  rm -rf r.h5 r.artefacts
  run 2 --replicas 2 --results r.h5 "${slow[@]}" &
  job=$!
  until grep -Eq 'under way, [1-9] of' <<<"$("$program" status r.h5 2>/dev/null)"; do
    kill -0 "$job" 2>/dev/null || fail "$signal: it ended before it was seen under way" "$(cat out)"
    sleep 0.05
  done
  sleep 0.7
  mapfile -t ranks < <(pgrep -f "^$program run study.toml --replicas 2 --results r.h5")
  [ "${#ranks[@]}" = 2 ] || fail "$signal: ${#ranks[@]} ranks run"
  if [ "$signal" = KILL ]; then kill -KILL "${ranks[1]}"; else kill -USR2 "${ranks[@]}"; fi
  code=0
  { wait "$job" || code=$?; } 2>/dev/null
  [ "$code" != 0 ] || fail "$signal: it ended before" "$(cat out)"
  [ "$signal" = KILL ] || [ "$code" = 3 ] || fail "stopped: exit $code" "$(cat out)"
  run 3 --results r.h5 --resume --set run.stage_directory=stage || fail "resumed after $signal:" "$(cat out)"
  grep -q "1 found there" out || fail "the copy that is there is not taken:" "$(cat out)"
  [ "$(ls stage)" = train-1.h5 ] || fail "the folder of copies has changed:" "$(ls stage)"
  same r.h5 "resumed after $signal"
done
"$program" verify r.h5 --sample 2 >out 2>&1 || fail "verify:" "$(cat out)"

# Without a window, and with one that holds all, the bits are those of IDX files.
idx=(--set 'data.train_shards=[]' --set data.train_images=train-images --set data.train_labels=train-labels
  --set 'data.test_shards=[]' --set data.test_images=test-images --set data.test_labels=test-labels)
run 2 --results idx.h5 "${idx[@]}" --set data.window=0 || fail "IDX files:" "$(cat out)"
run 2 --results none.h5 --set data.window=0 || fail "no window:" "$(cat out)"
"$program" diff idx.h5 none.h5 >difference || fail "shards and IDX files differ:" "$(cat difference)"
run 2 --results all.h5 --set data.window=9 || fail "a window for all:" "$(cat out)"
rows() { /usr/bin/python3 -c 'import h5py, sys; print(h5py.File(sys.argv[1])["stages/0-search/rows"][:].tobytes().hex())' "$1"; }
[ "$(rows idx.h5)" = "$(rows all.h5)" ] || fail "a window for all changes rows"
[ "$(rows idx.h5)" != "$(rows whole.h5)" ] || fail "the window changes nothing"
under 1 check study.toml
[[ $output == *"1.05 MB more per team (data.window)"* ]] || fail "check does not tell the window:" "$output"

export ARCHIPEL_PINNED=1 OMPI_MCA_ess_singleton_isolated=1   # no bits are compared any more
# Mistakes.
/usr/bin/python3 - <<'END'
import h5py, numpy
with h5py.File("train-0.h5") as whole:
    x, y = whole["x"][:100], whole["y"][:100]
def make(name, **sets):
    with h5py.File(name, "w") as file:
        for key, values in sets.items():
            if isinstance(values, dict): file.create_dataset(key, **values)
            else: file[key] = values
make("chunked.h5", x=dict(data=x, chunks=(10, 28, 28)), y=y)
make("packed.h5", x=dict(data=x, compression="gzip"), y=y)
make("signed.h5", x=x, y=y.astype("int64"))
make("unlabelled.h5", x=x)
make("short.h5", x=x, y=y[:99])
make("wide.h5", x=x.reshape(100, 14, 56), y=y)
make("label.h5", x=x, y=numpy.where(numpy.arange(100) == 50, 200, y).astype("uint8"))
make("colour.h5", x=numpy.repeat(x[:, None], 3, 1), y=y)
END
head -c 50000 unlabelled.h5 >cut.h5
shards() {   # shards FILE TEXT [RANKS]
  refused "${3:-1}" 2 "archipel: $2" study.toml --results n.h5 --set "data.train_shards=[\"train-0.h5\", \"$1\"]"
}
shards absent.h5 'absent.h5 cannot be opened: No such file or directory' 3
shards 'none-*.h5' 'data.train_shards = ["train-0.h5", "none-*.h5"]: no file matches none-*.h5'
shards train-images 'train-images: not an HDF5 file'
shards cut.h5 'cut.h5: '
shards unlabelled.h5 'unlabelled.h5: has no data set "y"' 2
shards signed.h5 'signed.h5: data set "y" is of type int64: allowed uint8'
shards short.h5 'short.h5: 100 images in "x", but 99 labels in "y"'
shards wide.h5 'wide.h5: images of 1 x 14 x 56, but those of train-0.h5 have 1 x 28 x 28'
shards packed.h5 'packed.h5: data set "x" is compressed: allowed contiguous data sets; rewrite the file with'
[[ $output == *'h5repack -l x,y:CONTI packed.h5 NEW.h5'* ]] || fail "no remedy for compressed files:" "$output"
shards chunked.h5 'chunked.h5: data set "x" does not lie in one piece'
shards train-0.h5 'train-0.h5: named twice'
shards label.h5 'data.train_shards: label 200 of image'
refused 2 2 'archipel: data.test_shards: images of 3 x 28 x 28 pixels, but those of data.train_shards have 28 x 28' study.toml --results n.h5 --set 'data.test_shards=["colour.h5"]'
refused 1 2 'data.window = 1: must be at least 4, for two batches of 2048 images of 784 bytes, or 0' study.toml --results n.h5 --set training.batch=2048
refused 1 2 'data.train_images = "train-images": must be "" with data.train_shards' study.toml --results n.h5 --set data.train_images=train-images

# Colours, in the search and in the test.
under 1 run study.toml --results colour-r.h5 --set 'data.train_shards=["colour.h5"]' --set 'data.test_shards=["colour.h5"]' --set data.validation=20
[ "$code" = 0 ] || fail "images of three channels:" "$output"

# A disk that is too small for the copies.
cat >limited.sh <<'END'
ulimit -f 4000
exec "$@"
END
/usr/bin/python3 -c 'import h5py, numpy; h5py.File("big.h5", "w").update({"x": numpy.zeros((6000, 28, 28), "uint8"), "y": numpy.arange(6000).astype("uint8") % 10})'
code=0
output=$(bash limited.sh "$program" run study.toml --results n.h5 --set 'data.train_shards=["big.h5"]' --set "run.stage_directory=$folder/full" 2>&1) || code=$?
[ "$code" = 1 ] || fail "no room for copies: exit $code" "$output"
[[ $output == *"run.stage_directory: pwrite($folder/full/big.h5.partial-"*"the shards take "*" bytes there"* ]] || fail "no room for copies:" "$output"
! ls full n.h5 2>/dev/null || fail "files are left behind:" "$(ls -R)"
