#!/usr/bin/env bash
# In a fresh root: sets up and configures as jobs/local.sh does, in a build folder of its own, and sees that the studies' data are there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
jobs/setup.sh >build-preset 2>setup.log || {
  tail -n 40 setup.log
  exit 1
}
cmake --preset "$(<build-preset)" -B build/configured >configure.log 2>&1 || {
  tail -n 40 configure.log
  exit 1
}
tail -n 3 configure.log
for study in jobs/studies/*.toml; do
  folder=$(sed -n 's/^data_directory = "\(.*\)".*/\1/p' "$study")
  [ -n "$folder" ] || continue
  sed -n 's/^\(train\|test\)_[a-z]* = "\(.*\)".*/\2/p' "$study" | while read -r file; do
    [ -r "$folder/$file" ] || {
      echo "$study: $folder/$file is not there"
      exit 1
    }
  done
done
