#!/usr/bin/env bash
# full_disk.sh PROGRAM MPIRUN [train]: a disk that is full when the results file is made, while rows are written, or (train) when
# weights are kept, ends the run on 1 and 4 ranks with exit 1 and one message. Nothing half made is left, what was committed can
# be read, and with more room the study is resumed to the same bits.
set -euo pipefail
program=$1 mpirun=$2 train=${3:-}
self=$(realpath "${BASH_SOURCE[0]}")
# shellcheck source=refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
# shellcheck source=small_study.sh
. "$(dirname "${BASH_SOURCE[0]}")/small_study.sh"

# failed RANKS TEXT: `output` is of a run that ended with exit 1 and one message, which contains TEXT.
failed() {
  local messages
  [ "$code" = 1 ] || fail "$1 ranks: exit $code, expected 1 and '$2':" "$output"
  messages=$(grep '^archipel: ' <<<"$output") || fail "$1 ranks: no message:" "$output"
  [ "$(wc -l <<<"$messages")" = 1 ] || fail "$1 ranks: more than one message:" "$output"
  [[ $messages == *"$2"* ]] || fail "$1 ranks: the message lacks '$2':" "$messages"
}

# readable FILE: status shows rows and says that the study is not finished; h5py reads as many.
readable() {
  local shown rows
  under 1 status --exit-code "$1"
  [ "$code" = 3 ] || fail "status of $1: exit $code, expected 3:" "$output"
  shown=$(sed -n 's/^stage 0-search: [a-z ]*, \([0-9]*\) .*/\1/p' <<<"$output")
  [ "${shown:-0}" -gt 0 ] || fail "status of $1 shows no rows:" "$output"
  rows=$(/usr/bin/python3 -c 'import h5py, sys; print((h5py.File(sys.argv[1])["stages/0-search/rows"]["checksum"] != 0).sum())' "$1")
  [ "$rows" -ge "$shown" ] || fail "h5py reads $rows rows of $1, status $shown"
}

if [ "${4:-}" != mounted ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  cd "$folder"
  study=$folder/study.toml
  long_study >"$study"
  cat >limited.sh <<'EOF'
ulimit -f "$1"
shift
exec "$@"
EOF
  for ranks in 1 4; do   # 40 of 440 MB are allowed, because MPI makes files too
    code=0
    output=$(timeout -k 1 20 "$mpirun" "$ranks" bash limited.sh 40000 "$program" run "$study" --quiet --results r.h5 2>&1) || code=$?
    failed "$ranks" 'r.h5: cannot make the results file (is there room on its disk?): truncate(r.h5.partial'
    [ "$(ls)" = $'limited.sh\nstudy.toml' ] || fail "files are left behind:" "$(ls)"
  done

  for ranks in 1 4; do
    "$mpirun" "$ranks" "$program" run "$study" --quiet --results "$folder/$ranks.h5" >out 2>&1 &
    job=$!
    for ((tries = 0; tries < 100; ++tries)); do
      if grep -q '^stage 0-search: under way, [1-9]' <<<"$("$program" status "$folder/$ranks.h5" 2>/dev/null)"; then break; fi
      sleep 0.1
    done
    pids=$(pgrep -f "^$program run .*$folder/$ranks.h5")
    [ "$(wc -w <<<"$pids")" = "$ranks" ] || fail "$ranks ranks, but processes $pids:" "$(cat out)"
    for pid in $pids; do prlimit --pid "$pid" --fsize=1; done
    start=$SECONDS code=0
    wait "$job" || code=$?
    [ $((SECONDS - start)) -le 5 ] || fail "$ranks ranks took $((SECONDS - start)) s to end"
    output=$(cat out)
    failed "$ranks" "pwrite($folder/$ranks.h5): File too large; see what is kept with \`archipel status $folder/$ranks.h5\`"
    readable "$ranks.h5"
  done

  cd /
  # The same with a disk that is really full, in a name space of mounts that ends with the command.
  if ! unshare --map-root-user --mount true 2>/dev/null; then
    echo "SKIPPED: this system lets nobody mount a small disk, so only limits of the file size were tried"
    exit 77
  fi
  rm -rf "$folder"
  exec unshare --map-root-user --mount "$self" "$program" "$mpirun" "$train" mounted
fi

folder=$(mktemp -d)
trap 'cd /; umount "$folder"; rmdir "$folder"' EXIT
mount -t tmpfs -o size=1200k tmpfs "$folder"
cd "$folder"
cat >study.toml <<'EOF'
evaluator = { kind = "function", function = { name = "sphere", dimensions = 4 } }
space.kind = "genes"
[[stage]]
islands = 8
budget.evaluations = 40000
strategy = [{ kind = "random" }]
EOF
long=$(mktemp)   # a study whose text, which is kept, needs more room than there is
elsewhere=$(mktemp -d)
whole=$elsewhere/whole.h5
trap 'cd /; umount "$folder"; rmdir "$folder"; rm -r "$long" "$elsewhere"' EXIT
"$program" run study.toml --quiet --results "$whole" >/dev/null
{ cat study.toml && head -c 1500000 /dev/zero | tr '\0' '#'; } >"$long"
for ranks in 1 4; do
  head -c 500000 "$program" >ballast
  refused "$ranks" 1 'r.h5: cannot make the results file (is there room on its disk?): pwrite(r.h5.partial' study.toml --results r.h5
  rm ballast
  refused "$ranks" 1 'r.h5: cannot make the results file (is there room on its disk?): H5' "$long" --results r.h5
  under "$ranks" run study.toml --quiet --results r.h5
  failed "$ranks" 'pwrite(r.h5): No space left on device; see what is kept'
  readable r.h5
  mount -o remount,size=50m "$folder"   # room is made, the study goes on
  under 3 run study.toml --quiet --resume --results r.h5
  [ "$code" = 0 ] || fail "the resume after a full disk: exit $code" "$output"
  under 1 diff "$whole" r.h5
  [ "$code" = 0 ] || fail "after a full disk:" "$output"
  rm r.h5
  mount -o remount,size=1200k "$folder"
done

[ "$train" = train ] || exit 0
mkdir full
mount -t tmpfs -o size=4k tmpfs full
trap 'cd /; umount "$folder/full" "$folder"; rmdir "$folder"; rm -r "$long" "$elsewhere"' EXIT
ln -s full r.artefacts
small_study "$program"
rm "$whole"
"$program" run study.toml --quiet --results "$whole" >/dev/null
for ranks in 1 4; do
  head -c 4096 /dev/zero >full/ballast
  under "$ranks" run study.toml --quiet --results r.h5
  failed "$ranks" 'No space left on device; see what is kept'
  readable r.h5
  [ "$(ls full)" = ballast ] || fail "half an artefact is left behind:" "$(ls full)"
  rm r.h5 full/ballast

  under "$ranks" run study.toml --quiet --results r.h5   # room for the weights, but not for the models made of them
  failed "$ranks" 'No space left on device; see what is kept'
  [ -z "$(ls full/models)" ] || fail "half a model is left behind:" "$(ls full/models)"
  mount -o remount,size=10m "$folder/full"
  under 3 run study.toml --quiet --resume --results r.h5
  [ "$code" = 0 ] || fail "the resume after a full disk: exit $code" "$output"
  under 1 diff "$whole" r.h5
  [ "$code" = 0 ] || fail "after a full disk:" "$output"
  under 1 verify r.h5
  [ "$code" = 0 ] || fail "after a full disk:" "$output"
  rm -r r.h5 full/*
  mount -o remount,size=4k "$folder/full"
done
