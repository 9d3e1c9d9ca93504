#!/usr/bin/env bash
# bad_settings.sh PROGRAM MPIRUN: 21 kinds of wrong settings, each alone and all in one file: every message has the line, the key,
# the value and what is allowed, and the exit code is 2.
set -euo pipefail
program=$1 mpirun=$2
# shellcheck source=refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

right='name = "right"
seed = 7
evaluator.kind = "function"
[space]
kind = "genes"
nodes = 5
operations = ["conv3x3", "maxpool"]
widths = [8, 16]
cells = [1, 2]
[[space.gene]]
name = "a"
choices = ["x", "y"]
[[space.gene]]
name = "b"
kind = "log_real"
low = 0.1
high = 1
[[space.gene]]
name = "c"
choices = ["1", "2"]
when = "a"
when_values = ["x"]
[training]
batch = 64
learning_rate = 0.1
optimiser = "sgd"
flip = true
shift = 2
momentum = 0.9
dropout = 0.5
clip = 5
[data]
train_images = "images"
[limits]
memory = 100
[results]
sync = 1
[[stage]]
islands = 6
budget.evaluations = 600
[stage.migration]
topology = "torus"
interval = 8
[[stage.strategy]]
kind = "aging"
population = 10
tournament = 3'

# right line | wrong line | the message after "study.toml:<number>: "
mistakes=(
  'name = "right"|name = "a/b"|name = "a/b": must be 1 to 64 letters, digits'
  'seed = 7|seed = "one"|seed = "one": must be an integer, allowed 0 to 9223372036854775807'
  'nodes = 5|nodes = 0|space.nodes = 0: must be an integer, allowed 1 to 12'
  'operations = ["conv3x3", "maxpool"]|operations = ["conv3x3", "pool"]|space.operations = ["conv3x3", "pool"]: must be a list of texts, allowed at least one, all different, each one of conv1x1, conv3x3'
  'widths = [8, 16]|widths = []|space.widths = []: must be a list of integers, allowed at least one, all different, each 1 to 1024'
  'cells = [1, 2]|cells = [1, 1]|space.cells = [1, 1]: must be a list of integers, allowed at least one, all different, each 1 to 16'
  'batch = 64|bacth = 64|unknown key training.bacth; nearest is training.batch'
  'learning_rate = 0.1|learning_rate = nan|training.learning_rate = nan: must be a number, allowed above 0, up to 100'
  'optimiser = "sgd"|optimiser = "lion"|training.optimiser = "lion": must be one of sgd, adamw'
  'flip = true|flip = 1|training.flip = 1: must be a boolean, allowed true, false'
  'shift = 2|shift = [2]|training.shift = [2]: must be an integer, allowed 0 to 64'
  'momentum = 0.9|momentum = 1|training.momentum = 1: must be a number, allowed 0 to 0.9999'
  'clip = 5|clip = 2020-01-01|training.clip = (date or time): must be a number, allowed 0 to 1000000'
  'train_images = "images"|train_images = "a\u0007b"|data.train_images = "a\u0007b": must be without control characters'
  '[limits]|[limit]|unknown table limit; nearest is [limits]'
  'interval = 8|interval = 2.5|stage.0.migration.interval = 2.5: must be an integer, allowed 1 to 1000000000'
  'low = 0.1|low = 3|space.gene.1.low = 3.0: must be below space.gene.1.high = 1.0'
  'when = "a"|when = "d"|space.gene.2.when = "d": must name an earlier gene of kind categorical or ordinal'
  'islands = 6|islands = 7|stage.0.migration.topology = "torus": needs rows x columns, both at least 2; with stage.0.islands = 7 there are none, allowed 4, 6, 8'
  'population = 10|population = 2|stage.0.strategy.0.tournament = 3: must be at most stage.0.strategy.0.population = 2'
  'sync = 1|stripe = 1000|results.stripe = 1000: must be a power of two, allowed 512, 1024'
)
declare -A reported_at=([islands]='topology = "torus"' [population]='tournament = 3')   # rules between two settings name one of them

# line_of TEXT: where it stands in the right study.
line_of() { grep -nxF -- "$1" <<<"$right" | cut -d: -f1; }

cd "$folder"
printf '%s\n' "$right" >study.toml
under 1 run study.toml --quiet --results none
[ "$code" = 0 ] || fail "the right study is refused:" "$output"
rm study.toml

all=$right expected=()
for mistake in "${mistakes[@]}"; do
  IFS='|' read -r from to message <<<"$mistake"
  place=$(line_of "${reported_at[${from%% *}]:-$from}")
  printf '%s\n' "${right/"$from"/"$to"}" >study.toml
  refused 1 2 "archipel: study.toml:$place: $message" study.toml
  case $message in
    seed* | *torus* | *bacth*) refused 4 2 "archipel: study.toml:$place: $message" study.toml ;;
  esac
  all=${all/"$from"/"$to"}
  expected+=("archipel: study.toml:$place: $message")
done

printf '%s\n' "$all" >study.toml
for ranks in 1 4; do
  under "$ranks" run study.toml
  [ "$code" = 2 ] || fail "${#mistakes[@]} mistakes on $ranks ranks: exit $code"
  for message in "${expected[@]}"; do
    [ "$(grep -cF -- "$message" <<<"$output")" = 1 ] || fail "${#mistakes[@]} mistakes on $ranks ranks: not once '$message' in:" "$output"
  done
  [ "$(grep -c '^archipel: ' <<<"$output")" = "${#mistakes[@]}" ] || fail "${#mistakes[@]} mistakes on $ranks ranks, but other messages:" "$output"
done

# Each setting is allowed, but no file can hold what they ask for together: `check` says so as `run` does.
cd "$folder"
printf 'evaluator.kind = "function"\nspace.kind = "genes"\n[[stage]]\nislands = 4\nbudget.evaluations = 9223372036854775807\n' >large.toml
for command in check "run --results r.h5"; do
  # shellcheck disable=SC2086   # words
  under 1 $command large.toml
  [ "$code" = 2 ] || fail "$command of a study that no file holds: exit $code" "$output"
  grep -qF 'archipel: stage 0-search: the results file cannot have 2305843009213693952 rows for each island' <<<"$output" || fail "$command:" "$output"
done
