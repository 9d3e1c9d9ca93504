#!/usr/bin/env bash
# run.sh [--without PACKAGE]... [--full | COMMAND...]: does this project build on a fresh machine? Makes a minimal Debian 12 with a
# clean clone of HEAD (what is not committed is not there), runs jobs/setup.sh and configures: four minutes, of which two wait for the
# mirror. --full builds, runs a study of a minute, and those parts of the suite that need the packages of setup.sh --tests: half
# an hour. COMMAND runs there instead, for example jobs/local.sh or tests/run.sh. --without: setup.sh forgets PACKAGE, which must fail.
# ARCHIPEL_FRESH names a folder in which the root is made (default: a temporary one).
# The last line says passed, failed or skipped, and why. Exit 77: skipped.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/fresh/root.sh
. "$here/root.sh"

without=()
while [ "${1:-}" = --without ]; do
  without+=("${2:?--without PACKAGE}")
  shift 2
done
case ${1:-} in
  '') command=(tests/fresh/configures.sh) ;;
  --full)
    command=(tests/fresh/full.sh)
    shift
    ;;
  -*) fail "$1: usage: run.sh [--without PACKAGE]... [--full | COMMAND...]" ;;
  *)
    command=("$@")
    shift $#
    ;;
esac
[ "$#" -eq 0 ] || fail "$1: nothing may follow --full"

folder=$(mktemp -d "${ARCHIPEL_FRESH:-${TMPDIR:-/tmp}}/archipel-fresh.XXXXXX")
trap 'rm -rf "$folder"' EXIT
can_make_root "$folder"
make_root "$folder"
printf '== fresh: a minimal Debian 12 after %d s\n' "$SECONDS"
for package in "${without[@]}"; do leave_out "$folder/root" "$package"; done
in_root "$folder/root" "${command[@]}" || fail "${command[*]} after $SECONDS s"
printf '== fresh: passed: %s after %d s\n' "${command[*]}" "$SECONDS"
