#!/usr/bin/env bash
# race.sh PROGRAM MPIRUN STUDY: an evaluate stage that repeats close finalists gives the same rows on 1, 2 and 4 ranks and after a kill,
# and finds better ones than an evaluate stage that looks once.
set -euo pipefail
program=$1 mpirun=$2 study=$3
# shellcheck source=tests/app/refuse.sh
source "$(dirname "$0")/refuse.sh"
unset ARCHIPEL_PINNED   # bits are compared
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cp "$study" race.toml
cat >>race.toml <<'EOF'

[[stage]]
kind = "evaluate"
candidates = 10
replicates = 12
EOF
settings=(--set stage.0.budget.evaluations=240 --set evaluator.function.noise=2)
"$program" check race.toml "${settings[@]}" >/dev/null
"$program" run race.toml --results 1.h5 "${settings[@]}" >report 2>&1
grep -q 'the best with probability' report || fail "the report shows no race: $(cat report)"
text=$("$program" status 1.h5)
grep -q 'with probability .* the best of' <<<"$text" || fail "status shows no race: $text"
"$program" status 1.h5 --exit-code >/dev/null || fail "a finished race is not finished"
for ranks in 2 4; do
  "$mpirun" $ranks "$program" run race.toml --quiet --results $ranks.h5 "${settings[@]}"
  "$program" diff 1.h5 $ranks.h5 || fail "another race on $ranks ranks"
done

# Killed while finalists are evaluated, then gone on with on more ranks.
"$mpirun" 2 "$program" run race.toml --results "$folder/killed.h5" "${settings[@]}" --set 'run.delay=[0.05,0.05]' >/dev/null 2>&1 &
for _ in {1..400}; do
  sleep 0.05
  grep -q '1[2-9] ok' <<<"$("$program" status killed.h5 2>/dev/null | grep -A3 'stage 1-evaluate')" && break
done
pkill -9 -f "$folder/killed.h5" || true
wait || true
text=$("$program" status killed.h5)
grep -q 'stage 1-evaluate: under way' <<<"$text" || fail "was not killed within the race: $text"
"$mpirun" 3 "$program" run race.toml --quiet --results killed.h5 --resume "${settings[@]}"
"$program" diff 1.h5 killed.h5 || fail "another race after a kill"
"$program" verify 1.h5 --sample 30 >verified || fail "rows of replicates are not made again: $(cat verified)"
