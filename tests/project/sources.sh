# Sourced by the checks of this folder: sources ROOT PATTERN... lists the project's files with these names, one a line.
sources() {
  local root=$1 pattern names=()
  shift
  for pattern in "$@"; do names+=(-o -name "$pattern"); done
  (cd "$root" && find . \( -path ./build -o -path ./results -o -path ./.git -o -name __pycache__ \) -prune \
    -o -type f \( "${names[@]:1}" \) -print | sed 's|^\./||' | LC_ALL=C sort)
}
