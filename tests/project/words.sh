#!/usr/bin/env bash
# words.sh [ROOT]: things that no source may hold, each with its reason. ROOT: another tree, for the test of this test.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=sources.sh
. "$here/sources.sh"
root=${1:-$here/../..}
bad=0

# refuse REASON REGEX FILE...
refuse() {
  local reason=$1 regex=$2 found
  shift 2
  [ "$#" -gt 0 ] || return 0
  found=$(cd "$root" && grep -nEH -e "$regex" -- "$@") || return 0
  printf '%s:\n%s\n' "$reason" "$found"
  bad=1
}

mapfile -t code < <(sources "$root" '*.cpp' '*.hpp' '*.cu' '*.cuh' | grep -E '^(src|mpi|io)/')
mapfile -t texts < <(sources "$root" '*' | grep -vxE 'LICENSE|tests/project/words(_self_test)?\.sh')
[ "${#code[@]}" -gt 0 ] || { echo "no sources under $root"; exit 1; }

refuse "a path of somebody's machine" '(^|[^[:alnum:]_.$}-])/(work|root|home|Users)/' "${texts[@]}"
refuse "unfinished" '\b(TODO|FIXME|XXX|HACK)\b' "${texts[@]}"
refuse "chance that is no Stream: not the same bits everywhere" \
  'std::(random_device|mt19937|minstd|default_random|(uniform|normal|bernoulli|poisson|discrete)_[a-z_]*distribution|shuffle|sample)\b|torch::(rand|manual_seed)|\b(s?rand|drand48|random)\(\)' \
  "${code[@]}"
refuse "iteration order that is not fixed" 'std::unordered_' "${code[@]}"
echo "${#texts[@]} files looked at, ${#code[@]} of them code"
exit "$bad"
