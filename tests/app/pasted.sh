#!/usr/bin/env bash
# pasted.sh PROGRAM MPIRUN: the commands that the program prints do what they say when they are pasted into a shell, whatever the
# name of the results file; and `rows` prints what is in it, finished, stopped, packed, or into a new file.
set -euo pipefail
program=$1
# shellcheck source=refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
# shellcheck source=small_study.sh
. "$(dirname "${BASH_SOURCE[0]}")/small_study.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir bin
ln -s "$(realpath "$program")" bin/archipel
PATH=$folder/bin:$PATH
table_study 4 60 >study.toml

# expect CODE TEXT ARGUMENTS...: how the program ends, and a part of what it says.
expect() {
  local expected=$1 text=$2
  shift 2
  under 1 "$@"
  [ "$code" = "$expected" ] || fail "$*: exit $code instead of $expected:" "$output"
  [[ $output == *"$text"* ]] || fail "$*: no '$text':" "$output"
}

# shellcheck disable=SC2016   # these are not for this shell
in_backticks() { sed -n 's/.*`\(archipel [^`]*\)`.*/\1/p' <<<"$1"; }
# shellcheck disable=SC2016
for name in plain.h5 'my results.h5' "it's \"new\".h5" 'a$HOME;b&c.h5' ./-r.h5; do
  under 1 run study.toml --quiet --results "$name"
  [ "$code" = 0 ] || fail "$name: exit $code" "$output"
  sed -n '/^Next: /,$ { s/^Next: //; p }' <<<"$output" >next.sh
  [ "$(wc -l <next.sh)" = 2 ] || fail "$name: other commands than expected" "$output"
  sed -n 1p next.sh >status.sh
  sed -n 2p next.sh >rows.sh
  [[ "$(sh status.sh)" == *": finished"* ]] || fail "as printed: $(cat status.sh)"
  sh rows.sh
  [ "$(wc -l <"${name%.h5}.csv")" = 61 ] || fail "as printed: $(cat rows.sh)"

  under 1 run study.toml --quiet --results "$name"   # it exists
  [ "$code" = 2 ] || fail "$name again: exit $code" "$output"
  [[ "$(sh -c "$(in_backticks "$output")")" == *": finished"* ]] || fail "as printed: $output"
  rm -f "${name%.h5}.packed.h5"
  under 1 pack "$name"
  [[ "$(sh -c "$(in_backticks "$output")")" == "no difference"* ]] || fail "as printed: $output"
done

# All rows, from the file and from a packed copy; a header, lines that end as RFC 4180 says.
"$program" rows plain.h5 >rows.csv
[ "$(wc -l <rows.csv)" = 61 ] || fail "not 60 rows:" "$(cat rows.csv)"
[ "$(grep -c $'\r$' rows.csv)" = 61 ] || fail "other ends of lines"
cmp <("$program" rows plain.packed.h5) rows.csv
"$program" rows plain.h5 --stage 0-search -o some.csv
cmp some.csv rows.csv
expect 2 "some.csv: exists already" rows plain.h5 -o some.csv
expect 2 "--stage 3: plain.h5 has 0-search" rows plain.h5 --stage 3
/usr/bin/python3 - <<'PYTHON'
import csv, h5py
rows = h5py.File("plain.h5")["stages/0-search/rows"][:]
lines = {(int(line["island"]), int(line["ask"])): line for line in csv.DictReader(open("rows.csv", newline=""))}
written = [(island, row) for island in range(len(rows)) for row in rows[island] if row["checksum"]]
assert len(lines) == len(written) == 60
for island, row in written:
    line = lines[island, row["ask"]]
    assert set(rows.dtype.names) | {"stage", "island"} == set(line)
    assert float(line["accuracy"]) == row["accuracy"] and int(line["key_low"]) == row["key_low"]
    assert line["outcome"] == "ok" and int(line["edge1"]) == int(row["edge1"])
PYTHON
if [ -w /dev/full ]; then
  "$program" rows plain.h5 >/dev/full 2>out && fail "a full disk is not noticed"
  grep -q 'archipel: .*standard output' out || fail "no word of a full disk:" "$(cat out)"
fi

# While it runs, and where it stopped.
long_study >study.toml
"$program" run study.toml --quiet --results live.h5 >out 2>&1 &
job=$!
for ((tries = 0; tries < 100; ++tries)); do
  [ ! -e live.h5 ] || [ "$("$program" rows live.h5 | wc -l)" -lt 5 ] || break
  sleep 0.1
done
[ "$("$program" rows live.h5 | wc -l)" -ge 5 ] || fail "no rows of a study that runs" "$(cat out)"
kill -INT "$job" || true
kill "$job" 2>/dev/null || true
wait "$job" || true
[ "$("$program" rows live.h5 | wc -l)" -ge 5 ] || fail "no rows of a study that stopped"
