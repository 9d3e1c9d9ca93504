#!/usr/bin/env bash
# bad_data.sh PROGRAM MPIRUN: data files that are absent, damaged or do not fit end a training study with exit 2 and one message
# that names the file and what is wrong with it, before a results file is made.
set -euo pipefail
program=$1 mpirun=$2
# shellcheck source=refuse.sh
. "$(dirname "${BASH_SOURCE[0]}")/refuse.sh"
# shellcheck source=small_study.sh
. "$(dirname "${BASH_SOURCE[0]}")/small_study.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

small_study "$program"
for file in images labels test-images test-labels; do gunzip -c "$file.gz" >"$file"; done

# wrong KEY FILE TEXT [RANKS]: the study with FILE as data.KEY is refused with "FILE: TEXT" on one rank or on RANKS.
wrong() { refused "${4:-1}" 2 "archipel: $2: $3" study.toml --quiet --results r.h5 --set "data.$1=$2"; }

mkdir folder
absent() {   # absent KEY RANKS
  refused "$2" 2 "archipel: data.$1 = \"absent.gz\": absent.gz cannot be opened: No such file or directory; relative paths start at" \
    study.toml --quiet --results r.h5 --set "data.$1=absent.gz"
}
absent train_images 4
absent test_labels 1
wrong train_images folder 'cannot be read: Is a directory'
if [ "$(id -u)" != 0 ]; then   # nothing is forbidden to root
  cp images.gz secret.gz
  chmod 000 secret.gz
  wrong train_images secret.gz 'cannot be opened: Permission denied'
fi

head -c $(($(wc -c <images.gz) / 2)) images.gz >cut.gz
wrong train_images cut.gz 'damaged compressed file: unexpected end of file' 4
{ head -c -8 images.gz && bytes 1 2 3 4 && tail -c 4 images.gz; } >crc.gz
wrong train_images crc.gz 'damaged compressed file: incorrect data check'
head -c 9000 images >short
wrong train_images short 'truncated: 8984 of 19200 values are there'
{ cat labels && echo more; } >long
wrong train_labels long 'has more than the 300 values of its header'
head -c 6 images >stub
wrong train_images stub 'ends within its header'
: >empty
wrong train_labels empty 'too short for an IDX file'

wrong train_images labels.gz 'has 1 dimensions: expected 3'
wrong train_labels study.toml 'not an IDX file: it does not begin with two zero bytes'
{ bytes 0 0 13 3 && tail -c +5 images; } >floats
wrong train_images floats 'type code 13 (float32): allowed 8 (unsigned bytes)'
images 0 8 /dev/null >none
wrong train_images none 'dimension 0 of size 0 is not possible'
wrong train_labels test-labels.gz '40 labels, but images.gz has 300 images; the numbers must be equal'
labels 300 200 | gzip >200.gz
wrong train_labels 200.gz 'label 200 of image 299: allowed 0 to 9, because no image has label 10' 4

# Found before the search, not after it.
images 40 9 "$program" >other
wrong test_images other 'images of 9 x 9 pixels, but those of images.gz have 8 x 8 pixels; the sizes must be equal'
wrong test_labels labels.gz '300 labels, but test-images.gz has 40 images; the numbers must be equal'
head -c 2000 test-images >cut-test
wrong test_images cut-test 'truncated: 1984 of 2560 values are there'
head -c $(($(wc -c <test-images.gz) / 2)) test-images.gz >cut-test.gz
wrong test_images cut-test.gz 'damaged compressed file: unexpected end of file'
head -c 44 test-labels >cut-labels
wrong test_labels cut-labels 'truncated: 36 of 40 values are there' 4
labels 40 77 >test-77
wrong test_labels test-77 'label 77 of image 39: allowed 0 to 9, which training images have' 4

# Nothing to learn.
{ labels 1 && head -c 299 /dev/zero; } | { bytes 0 0 8 1 0 0 1 44 && tail -c +9; } >one-class
wrong train_labels one-class 'all 300 labels are 0: there is nothing to tell apart; allowed are labels of at least two classes' 4
images 300 8 /dev/zero >black
wrong train_images black 'every pixel of all 300 images is 0: if they were scaled to 0..1, multiply by 255' 2
images 40 8 /dev/zero >black-test
wrong test_images black-test 'every pixel of all 40 images is 0'

refused 4 2 'data.validation = 300: allowed 1 to 299 for these training files' study.toml --results r.h5 --set data.validation=300

# Limits that no network keeps, in the search or in the final training.
for limit in parameters=1 macs=1 cost=10; do
  refused 1 2 'stage.0: none of 64 random genomes keeps the limits' study.toml --results r.h5 --set "limits.$limit"
done
refused 4 2 'stage.1: none of 64 random genomes keeps the limits' study.toml --results r.h5 --set limits.cost=2e8 --set stage.1.fidelity.epochs=1000
under 1 check study.toml --set limits.parameters=1
[ "$code" = 2 ] || fail "check takes limits that no network keeps" "$output"

# Test files that no stage needs may be absent.
sed '/^\[\[stage\]\]/,$ { /kind = "evaluate"/,$ d }' study.toml | sed '$ d' >search.toml
under 1 check search.toml --set data.test_images=absent.gz
[ "$code" = 0 ] || fail "test files that are not needed are missed:" "$output"

# The right files, one of them as two gz parts, are taken.
{ head -c 1000 test-images | gzip && tail -c +1001 test-images | gzip; } >parts.gz
under 1 check study.toml --set data.test_images=parts.gz
[ "$code" = 0 ] || fail "right data are refused:" "$output"

# What `check` saw, and what may not be meant. The pixels of images 0 to 9 are 0, and images 0 to 19 of the test set are training images.
{ head -c 16 images && head -c 640 /dev/zero && tail -c +657 images; } >blank
{ head -c 16 test-images && head -c 3856 images | tail -c 2560; } >shared
under 1 check study.toml --set data.train_images=blank --set data.test_images=shared
[ "$code" = 0 ] || fail "doubtful data are refused:" "$output"
for line in 'correct, with ' '  training   300 images of 8 x 8, 1 channel, values 0 to 255' \
  '             10 classes of 30 images; 100 images held out for validation' \
  '  test       40 images of 8 x 8, 1 channel, values ' '             10 classes of 4 images; inspected, but not seen' \
  '  warning    training: ' '  warning    test: 40 images are training images, too'; do
  [[ $output == *"$line"* ]] || fail "check does not show '$line':" "$output"
done
