# Sourced. same_study FILE: the standard input becomes FILE, which keeps the study of a folder of runs. If FILE is there and another
# study, its runs would be mixed with others: exit 2.
same_study() {
  mkdir -p "$(dirname "$1")"
  cat >"$1.new"
  if [ -e "$1" ] && ! cmp -s "$1" "$1.new"; then
    echo "$1: the runs in this folder are of another study; take another folder, or remove it. The difference:" >&2
    diff "$1" "$1.new" >&2 || true
    rm -f "$1.new"
    exit 2
  fi
  mv "$1.new" "$1"
}
