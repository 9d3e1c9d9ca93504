#!/usr/bin/env bash
# expect_exit.sh CODE TEXT COMMAND...: passes if COMMAND ends with exit code CODE and its output contains TEXT.
set -uo pipefail
code=$1 text=$2
shift 2
output=$("$@" 2>&1)
got=$?
printf '%s\n' "$output"
if [ "$got" != "$code" ]; then
  echo "exit code $got, expected $code"
  exit 1
fi
if ! grep -qF -- "$text" <<<"$output"; then
  echo "the output lacks: $text"
  exit 1
fi
