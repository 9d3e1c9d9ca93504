# Sourced, by root: makes a minimal Debian 12 with a clean clone of this project, and runs commands there.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

fail() {
  printf '== fresh: failed: %s\n' "$1"
  exit 1
}

# Ends with 'skipped' and exit 77 where no such root can be made: no Debian 12, no root, no mirror of its packages.
can_make_root() {
  local folder=$1
  skip() {
    printf '== fresh: skipped: %s\n' "$1"
    exit 77
  }
  # shellcheck source=/dev/null
  (. /etc/os-release && [ "${ID:-}" = debian ] && [ "${VERSION_ID:-}" = 12 ]) || skip "this is not Debian 12"
  [ "$(id -u)" = 0 ] || skip "only root can make a root"
  unshare --mount --pid --fork --mount-proc true 2>/dev/null || skip "this root may not make namespaces"
  mkdir -p "$folder/lists/partial"
  apt-get -qq -o Dir::State::lists="$folder/lists" -o APT::Update::Error-Mode=any update 2>"$folder/update.log" ||
    skip "no mirror of Debian's packages: $(head -n 1 "$folder/update.log")"
  command -v mmdebstrap >/dev/null || fail "no mmdebstrap: jobs/setup.sh --tests installs it"
}

# make_root FOLDER: FOLDER/root, with the configuration of apt that this machine has, and the clone in /archipel.
make_root() {
  local folder=$1 sources=() part
  for part in /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list; do
    [ ! -e "$part" ] || sources+=("$part")
  done
  mmdebstrap --quiet --variant=apt bookworm "$folder/root" "${sources[@]}" || fail "mmdebstrap"
  for part in apt.conf.d auth.conf.d preferences.d keyrings trusted.gpg.d; do
    [ ! -d "/etc/apt/$part" ] || cp -r "/etc/apt/$part" "$folder/root/etc/apt/"
  done
  cp /etc/resolv.conf /etc/hosts "$folder/root/etc/"
  git clone --quiet "$root" "$folder/root/archipel" || fail "git clone"
}

# leave_out ROOT PACKAGE: the clone's setup.sh does not install it.
leave_out() {
  local script=$1/archipel/jobs/setup.sh
  grep -qxF "$2" <<<"$("$script" --list --tests)" || fail "$2: jobs/setup.sh does not install it"
  sed -i -E "/^[a-z_]*packages=\(/,/^\)/ s/(^|[ (])${2//+/\\+}( |$)/\1\2/" "$script"
  ! grep -qxF "$2" <<<"$("$script" --list --tests)" || fail "$2 could not be taken out of jobs/setup.sh"
}

# in_root ROOT COMMAND...: in the clone, with an empty environment; what it starts and mounts ends with it.
in_root() {
  local there=$1 given=(PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8) name
  shift
  for name in http_proxy https_proxy no_proxy; do [ -z "${!name:-}" ] || given+=("$name=${!name}"); done
  # shellcheck disable=SC2016
  unshare --mount --pid --fork --kill-child bash -c '
    there=$1
    shift
    mount -t proc proc "$there/proc"
    for part in dev sys; do mount --rbind "/$part" "$there/$part"; done
    exec env -i "${@:2:$1}" chroot "$there" sh -c "cd /archipel && exec \"\$@\"" sh "${@:$1 + 2}"
  ' bash "$there" "${#given[@]}" "${given[@]}" "$@"
}
