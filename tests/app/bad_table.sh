#!/usr/bin/env bash
# bad_table.sh PROGRAM MPIRUN: tables that are absent, damaged or do not fit the space end a study with exit 2 and one message that
# names the file, the line and the value, before a results file is made.
set -euo pipefail
program=$1 mpirun=$2
# shellcheck source=refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >study.toml <<'EOF'
evaluator = { kind = "table", table = { file = "table.csv", key = "ops", objective = "score", cost_columns = ["seconds"], cost_weights = [1] } }
space = { kind = "genes", gene = [{ name = "a", choices = ["0", "1"] }, { name = "b", choices = ["0", "1", "2"] },
  { name = "c", choices = ["x", "y"], when = "a", when_values = ["1"] }] }
[[stage]]
islands = 1
budget.evaluations = 40
EOF
right='ops,score,seconds
00x,1,10
01x,2,10
02x,3,10
10x,4,10
10y,5,10
11x,6,10
11y,7,10
12x,8,10
12y,9,10'   # c is active with a = 1 only
printf '%s\n' "$right" >table.csv
gzip -k table.csv
cp table.csv.gz table.gz
under 1 run study.toml --quiet --results none --set evaluator.table.file=table.gz
[ "$code" = 0 ] || fail "the right table is refused:" "$output"

# wrong FILE TEXT [RANKS]: with FILE as its table the study is refused with "FILE" and TEXT.
wrong() { refused "${3:-1}" 2 "archipel: $1$2" study.toml --results r.h5 --set "evaluator.table.file=$1"; }

# changed FROM TO TEXT [RANKS]: with FROM replaced in the table by TO.
changed() {
  printf '%s\n' "${right/"$1"/"$2"}" >wrong.csv
  wrong wrong.csv "$3" "${4:-1}"
}

refused 4 2 'archipel: evaluator.table.file = "absent.csv": absent.csv cannot be opened: No such file or directory; relative paths start at' study.toml \
  --results r.h5 --set evaluator.table.file=absent.csv
mkdir folder
wrong folder ': cannot be read: Is a directory'
: >empty.csv
wrong empty.csv ':1: no header: the file is empty'
head -n 1 table.csv >header.csv
wrong header.csv ': no rows after the header'
head -c -15 table.gz >cut.gz
wrong cut.gz ': damaged compressed file: unexpected end of file'
{ head -c -8 table.gz && printf 1234 && tail -c 4 table.gz; } >crc.gz
wrong crc.gz ': damaged compressed file: incorrect data check'
changed score scores ": no column 'score'; the nearest is 'scores'"
changed ops,score score,score ":1: column 'score' appears twice"
changed 11x,6 11x,good ":7: column 'score': 'good' is not a finite number"
changed 11x,6 11x,nan ":7: column 'score': 'nan' is not a finite number"
changed 11x,6,10 11x,6,-1 ':7: cost -1.000000 s: allowed 0 to 1e12'
changed 11x,6,10 11x,6 ':7: 2 fields, but the header has 3'
changed 11x 11y ":8: key '11y' is also on line 7"
changed 11x,6 11x, ":7: column 'score': '' is not a finite number; if that means a failure: evaluator.table.missing"
changed 12y 12z ": no row for key '12y' (the choices of all genes, joined)" 4

# Genomes that share a key are refused whatever rows the table has, also in a space that nobody could list.
ambiguous() {   # GENES...: as many genes, with choices 1 and 11
  printf 'evaluator = { kind = "table", table = { file = "shared.csv", key = "k", objective = "score" } }\nspace.kind = "genes"\n'
  for ((gene = 1; gene <= $1; ++gene)); do printf '[[space.gene]]\nname = "g%d"\nchoices = ["1", "11"]\n' "$gene"; done
  printf '[[stage]]\nbudget.evaluations = 9\n'
}
{ echo k,score && for key in 11 111 1111 x y; do echo "$key,1"; done; } >shared.csv
ambiguous 2 >shared.toml
refused 1 2 "archipel: evaluator.table.key = \"k\": two genomes have one key '111' (the choices of all genes, joined): g1 = 1, g2 = 11, and g1 = 11, g2 = 1; " \
  shared.toml --results r.h5
ambiguous 100 >shared.toml
refused 1 2 'archipel: evaluator.table.key = "k": two genomes have one key' shared.toml --results r.h5

# A column for each gene tells them apart; a front of two objectives, and rows that mean a failure.
ambiguous 2 | sed 's/key = "k", objective = "score"/key = ["g2", "g1"], objective = ["score", "size"], maximise = [true, false], failed = "bad"/' >columns.toml
printf 'objectives = ["score", "size"]\nstrategy = [{ kind = "nsga2", population = 4, tournament = 2 }]\n' >>columns.toml
printf '%s\n' g1,g2,score,size,bad 1,1,1,10, 1,11,2,20,0 11,1,3,30,no 11,11,,,diverged >shared.csv
refused 1 2 "archipel: shared.csv:4: column 'bad': 'no': allowed are nothing, ok, 0, false, and diverged, 1, true" columns.toml --results r.h5
sed -i 's/,no$/,ok/' shared.csv
under 1 run columns.toml --quiet --results columns.h5 --set stage.0.budget.evaluations=60
[ "$code" = 0 ] || fail "columns for genes are refused:" "$output"
under 1 status columns.h5
grep -q ' diverged$' <<<"$output" || fail "no candidate failed:" "$output"
grep -qF 'front      3 candidates' <<<"$output" || fail "the front is another:" "$output"
under 1 rows columns.h5
awk -F, 'NR > 1 { expected = $3 == 1 ? ($4 == 1 ? 1 : 2) : ($4 == 1 ? 3 : "nan"); if ($5 != expected) exit 1 }' <<<"$output" ||
  fail "a genome has the row of another:" "$output"
sed -i '$d' shared.csv
refused 4 2 'archipel: shared.csv: no row for g2 = 11, g1 = 11' columns.toml --results r.h5
