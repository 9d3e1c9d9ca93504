# Sourced: show_progress FORMAT prints each tenth of a build once, in that format of printf, from Ninja's "[12/345] ..." and
# make's "[ 12%] ..." in its input; nothing for a build that has nothing to do.
show_progress() {
  local format=$1 line percent tenth shown=0
  while IFS= read -r line; do
    if [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]]; then
      percent=$((100 * BASH_REMATCH[1] / BASH_REMATCH[2]))
    elif [[ $line =~ ^\[\ *([0-9]+)%\] ]]; then
      percent=${BASH_REMATCH[1]}
    else
      continue
    fi
    tenth=$((percent / 10 * 10))
    if ((tenth > shown)); then
      # shellcheck disable=SC2059   # the caller's format
      printf "$format" "$tenth"
      shown=$tenth
    fi
  done
}
