#!/usr/bin/env bash
# each_package.sh [PACKAGE...]: shows that each package of jobs/setup.sh is needed: of a root that has them all and in which the
# project is built, a copy without the package (and without what only it brought) must fail. For those of the build
# configures.sh, for those of the tests full.sh; without PACKAGE all of them, in an hour. run.sh --without is the same from the start.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/fresh/root.sh
. "$here/root.sh"

mapfile -t build_packages < <("$root/jobs/setup.sh" --list)
[ "$#" -gt 0 ] || mapfile -t -O $# all < <("$root/jobs/setup.sh" --list --tests)
[ "$#" -gt 0 ] || set -- "${all[@]}"
folder=$(mktemp -d "${ARCHIPEL_FRESH:-${TMPDIR:-/tmp}}/archipel-fresh.XXXXXX")
trap 'rm -rf "$folder"' EXIT
can_make_root "$folder"
make_root "$folder"
in_root "$folder/root" sh -c 'jobs/setup.sh --tests >/dev/null 2>&1 && tests/fresh/configures.sh' || fail "it does not configure with all packages"
printf '== fresh: with all packages after %d s\n' "$SECONDS"

built=no
build() {
  [ "$built" = no ] || return 0
  in_root "$folder/root" tests/fresh/full.sh >"$folder/full.log" 2>&1 || {
    tail -n 20 "$folder/full.log"
    fail "full.sh with all packages"
  }
  built=yes
  printf '== fresh: full.sh passes with all packages after %d s\n' "$SECONDS"
}

needless=()
for package in "$@"; do
  command=tests/fresh/configures.sh
  if [[ " ${build_packages[*]} " != *" $package "* ]]; then
    build
    command=tests/fresh/full.sh
  fi
  copy=$folder/without
  rm -rf "$copy"
  mkdir -p "$copy"/{upper,work,root}
  started=$SECONDS
  # shellcheck disable=SC2016
  if unshare --mount bash -euc '
    . "$1/root.sh"
    mount -t overlay overlay -o "lowerdir=$2/root,upperdir=$3/upper,workdir=$3/work" "$3/root"
    leave_out "$3/root" "$4"
    in_root "$3/root" sh -c "apt-get -qq purge -y \"\$1\" && apt-get -qq autoremove --purge -y -o APT::AutoRemove::RecommendsImportant=false \
      -o APT::AutoRemove::SuggestsImportant=false" sh "$4" >/dev/null 2>&1 || exit 3
    rm -rf "$3/root/archipel/build/configured"
    in_root "$3/root" "$5"' bash "$here" "$folder" "$copy" "$package" "$command" >"$folder/without.log" 2>&1; then
    needless+=("$package")
    printf '%-28s NOT NEEDED: %s passes\n' "$package" "$command"
  else
    [ $? != 3 ] || fail "$package cannot be removed"
    printf '%-28s %s fails after %d s: %s\n' "$package" "$(basename "$command")" $((SECONDS - started)) \
      "$(grep -v '^-- ' "$folder/without.log" | grep -A 1 -iE 'error|not found|no such|failed|skipped|is not there|did not' |
        sed -n 1,2p | tr -s '\n ' ' ' | cut -c1-140)"
  fi
done
[ "${#needless[@]}" -eq 0 ] || fail "not needed: ${needless[*]}"
printf '== fresh: passed: each package is needed, after %d s\n' "$SECONDS"
