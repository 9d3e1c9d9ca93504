#!/usr/bin/env bash
# In a fresh root: builds, runs the default study cut to a minute, and those parts of the suite for which setup.sh --tests installs
# something. A test that is skipped is a failure here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
parts='^project\.(format|shellcheck)$|^io\.python|^train\.export$|^app\.(bench|bad_data)$|^jobs\.|^slurm\.(stop|submission)$'

tests/fresh/configures.sh
started=$SECONDS
jobs/local.sh -- --set stage.0.budget.cost=0 --set stage.0.budget.evaluations=8 --set stage.0.fidelity.subset=2000 --set stage.1.candidates=2 \
  --set stage.1.fidelity.subset=2000 --set stage.2.fidelity.epochs=1 --set stage.2.fidelity.subset=2000 --set stage.3.fidelity.epochs=1
printf '== jobs/local.sh, cut to a minute: %d s\n' $((SECONDS - started))
started=$SECONDS
tests/run.sh -R "$parts" 2>&1 | tee tests.log
printf '== tests/run.sh -R ...: %d s\n' $((SECONDS - started))
! grep -E 'Skipped|Not Run' tests.log || exit 1
ccache --print-stats | grep -E '^(direct|preprocessed)_cache_(hit|miss)\s+[1-9]' || {
  echo "the build did not go through ccache"
  exit 1
}
bash -c '. tests/fresh/root.sh && can_make_root "$(mktemp -d)"'   # on this machine, too, the next fresh root can be made
