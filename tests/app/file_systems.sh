#!/usr/bin/env bash
# file_systems.sh PROGRAM MPIRUN LESS_ABLE_LIBRARY: a study that trains, its packed copy and a comparison of strategies on file systems without
# locks, without syncs of folders, and without links: the same bits, and nothing is left behind. What is made has the mode that the umask leaves.
set -euo pipefail
program=$1 mpirun=$2 library=$3
# shellcheck source=tests/app/refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
# shellcheck source=tests/app/small_study.sh
. "$(dirname "${BASH_SOURCE[0]}")/small_study.sh"
unset ARCHIPEL_PINNED   # bits are compared
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export OMPI_MCA_orte_tmpdir_base=$folder   # programs that start and end beside this test remove the folders that they share
head -c 20000 /dev/urandom >pixels
small_study pixels
"$program" run study.toml --quiet --results whole.h5 >/dev/null
table_study 4 40 >table.toml

preload=$(ldd "$program" | awk '/lib[at]san/ { print $3 }' | tr '\n' ' ')$library
# there LACKS RANKS ARGUMENTS...: `archipel ARGUMENTS` on such a file system ends with 0.
there() {
  local lacks=$1 ranks=$2 launch=() code=0
  shift 2
  [ "$ranks" = 1 ] || launch=("$mpirun" "$ranks")
  "${launch[@]}" env LACKS="$lacks" ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" LD_PRELOAD="$preload" \
    "$program" "$@" >out 2>&1 || code=$?
  [ "$code" = 0 ] || fail "without $lacks on $ranks ranks, $*: exit $code" "$(cat out)"
}

for lacks in locks folder_sync links locks,folder_sync,links; do
  mkdir here
  there $lacks 2 run study.toml --quiet --results here/r.h5
  there $lacks 1 run study.toml --quiet --results here/r.h5 --resume
  there $lacks 1 pack here/r.h5
  there $lacks 1 run study.toml --quiet --results here/more.h5 --extend here/r.packed.h5
  there $lacks 2 compare table.toml --strategies aging --seeds 2 --results here/c.h5
  there $lacks 1 verify here/r.h5
  "$program" diff whole.h5 here/more.h5 >out || fail "without $lacks other bits" "$(cat out)"
  found=$(cd here && echo *)
  [ "$found" = "c.h5 more.artefacts more.h5 r.artefacts r.h5 r.packed.h5" ] || fail "without $lacks there are $found"
  rm -r here
done

umask 002
mkdir shared
"$program" run study.toml --quiet --results shared/r.h5 --set run.checkpoint=0.001 >/dev/null
"$program" pack shared/r.h5 >/dev/null
"$program" compare table.toml --strategies aging --seeds 2 --results shared/c.h5 >/dev/null
others=$(find shared \( -type f ! -perm 664 -o -type d ! -perm 775 \) -printf '%m %p\n')
[ -z "$others" ] || fail "with umask 002 a colleague cannot go on with" "$others"
