#!/usr/bin/env bash
# In a job of two tasks: the script itself may run a study, on one rank; two tasks without the MPI of the program are refused with one
# message before they begin; with it they are two ranks.
# shellcheck source=tests/slurm/helpers.sh
. "$(dirname "${BASH_SOURCE[0]}")/helpers.sh"

make_study 1000 0
# Open MPI 4 fails by itself and says why if it sees a Slurm that it cannot talk to: here it sees no more of it than others do.
cat >unknown <<'EOT'
#!/usr/bin/env bash
exec env -i PATH="$PATH" SLURM_STEP_NUM_TASKS="$SLURM_STEP_NUM_TASKS" SLURM_PROCID="$SLURM_PROCID" "$@"
EOT
chmod +x unknown
cat >job.sh <<EOT
#!/usr/bin/env bash
. ./site.env
"$program" run study.toml --quiet --results results/script.h5 || exit 11
"$program" status results/script.h5 || exit 12
srun --mpi=none --ntasks=2 ./unknown "$program" run study.toml --quiet --results results/copies.h5
[ \$? = 2 ] || exit 13
srun --mpi=pmix --ntasks=2 "$program" run study.toml --quiet --results results/ranks.h5 || exit 14
srun --mpi=pmix --ntasks=1 "$program" run study.toml --quiet --results results/rank.h5 || exit 15
srun --mpi=none --ntasks=2 ./unknown bash -c '"$program" run study.toml --quiet --alone --results results/\$SLURM_PROCID.h5' || exit 16
EOT
job=$(sbatch --parsable --ntasks-per-node=2 --nodes=1 --output=results/%j.log job.sh)
ended "$job" 90 COMPLETED 0
for name in script ranks rank 0 1; do same_bits "results/$name.h5"; done
[ ! -e results/copies.h5 ] || fail "tasks that were refused left results"
[ "$(grep -c '^archipel: .*SLURM_STEP_NUM_TASKS = 2' "results/$job.log")" = 1 ] || fail "not one message"
