#!/usr/bin/env bash
# submit.sh: a study, replicates, an analysis when all are finished; mistakes in a study are told before anything is submitted, other
# mistakes end the job.
# shellcheck source=tests/slurm/helpers.sh
. "$(dirname "${BASH_SOURCE[0]}")/helpers.sh"
# shellcheck source=tests/app/small_study.sh
. "$here/../app/small_study.sh"

make_study 1000 0.0005
said=$("$ARCHIPEL_JOBS/submit.sh" study.toml --seeds 2-3%1,7) && fail "a wrong list of seeds was taken: $said"
said=$("$ARCHIPEL_JOBS/submit.sh" study.toml --seeds 2,3%2 -- --set stage.0.islands=0 2>&1) && fail "a wrong setting was taken: $said"
grep -q islands <<<"$said" || fail "no word of the wrong setting: $said"
said=$(ARCHIPEL_SITE=nowhere.env "$ARCHIPEL_JOBS/submit.sh" study.toml 2>&1) && fail "no site was taken: $said"
said=$("$ARCHIPEL_JOBS/submit.sh" <(cat study.toml) 2>&1) && fail "a pipe was taken, which a job that goes on cannot read again: $said"
grep -q 'no file' <<<"$said" || fail "no word of the pipe: $said"
[ -z "$(squeue -h -t all)" ] || fail "something was submitted"

said=$("$ARCHIPEL_JOBS/submit.sh" study.toml --seeds 2,3%2)
echo "$said"
analysis=$(sed -n 's/^analysis *job \([0-9]*\).*/\1/p' <<<"$said")
ended "$analysis" 90 COMPLETED 0
same_bits results/study.h5
[ "$(grep -c ': finished$' "results/study-$analysis-analysis.log")" = 3 ] || fail "the analysis did not see three finished studies"

# A study that fails leaves no analysis waiting.
head -c 5000 whole.h5 >results/study.h5
said=$("$ARCHIPEL_JOBS/submit.sh" study.toml)
ended "$(sed -n 's/^study *job \([0-9]*\).*/\1/p' <<<"$said")" 30 FAILED 1
ended "$(sed -n 's/^analysis *job \([0-9]*\).*/\1/p' <<<"$said")" 30 CANCELLED 0

# A study that is right only with the options of the site, and options that are no settings.
mkdir -p data
(cd data && table_study 4 60 >../table.toml)
echo "run_options=(--set run.data_directory=$PWD/data)" | cat site.env - >table.env
said=$(ARCHIPEL_SITE=table.env "$ARCHIPEL_JOBS/submit.sh" table.toml -- --quiet --set=seed=3)
ended "$(sed -n 's/^study *job \([0-9]*\).*/\1/p' <<<"$said")" 30 COMPLETED 0
said=$(ARCHIPEL_SITE=table.env "$ARCHIPEL_JOBS/submit.sh" table.toml -- --quiet --set=seed=x 2>&1) && fail "a wrong setting was taken: $said"

rm results/study.h5
said=$("$ARCHIPEL_JOBS/submit.sh" study.toml -- --sett x=1)
job=$(sed -n 's/^study *job \([0-9]*\).*/\1/p' <<<"$said")
ended "$job" 30 FAILED 2
[ "$(restarts "$job")" = 0 ] || fail "requeued with an option that the program does not know"
[ "$(grep -c '^archipel: ' "results/study-$job.log")" = 1 ] || fail "tried more than once with an option that the program does not know"
