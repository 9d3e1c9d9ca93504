#!/usr/bin/env bash
# mistakes.sh PROGRAM MPIRUN STUDY: what a user can get wrong ends on 1 and 4 ranks with exit 2, one message and no file.
# STUDY: one without training.
set -euo pipefail
program=$1 mpirun=$2 study=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# refused TEXT ARGUMENTS...: exit 2, and TEXT stands in the messages exactly once.
refused() {
  local text=$1 code ranks messages
  shift
  for ranks in 1 4; do
    code=0
    messages=$(timeout 30 "$mpirun" "$ranks" "$program" run "$@" 2>&1) || code=$?
    if [ "$code" != 2 ] || [ "$(grep -cF -- "$text" <<<"$messages")" != 1 ]; then
      printf '%s\n' "run $* on $ranks ranks: exit $code, expected 2 and once '$text':" "$messages" >&2
      exit 1
    fi
  done
}

refused 'cannot be opened' "$folder/absent.toml"
refused 'unknown key trainin.batch' "$study" --set trainin.batch=3
refused 'stage.0.islands = 0' "$study" --set stage.0.islands=0
refused 'stage.0.migration.topology' "$study" --set stage.0.migration.topology=star
refused 'evaluator.table.file = ""' "$study" --set evaluator.kind=table
refused 'absent/x.h5' "$study" --results "$folder/absent/x.h5"
"$program" run "$study" --quiet --results "$folder/there.h5" >/dev/null
before=$(sha256sum "$folder/there.h5")
refused 'exists already' "$study" --results "$folder/there.h5"
[ "$before" = "$(sha256sum "$folder/there.h5")" ] || { echo "an existing file was changed" >&2; exit 1; }
