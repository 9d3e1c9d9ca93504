# Sourced: small image files, a study that trains on them within a second, one of a table, and one that outlasts every test.

# bytes NUMBER...: these bytes.
bytes() {
  local text
  printf -v text '\\x%02x' "$@"
  printf '%b' "$text"
}

# images COUNT SIDE FILE: an IDX file of square images, whose pixels are the bytes of FILE.
images() {
  bytes 0 0 8 3 0 0 $(($1 / 256)) $(($1 % 256)) 0 0 0 "$2" 0 0 0 "$2"
  head -c $(($1 * $2 * $2)) "$3"
}
# labels COUNT [LABEL]: an IDX file of the labels 0 to 9 in turn, the last one LABEL.
labels() {
  bytes 0 0 8 1 0 0 $(($1 / 256)) $(($1 % 256))
  for ((i = 1; i < $1; ++i)); do bytes $((i % 10)); done
  bytes "${2:-0}"
}

# small_study FILE: study.toml and its data, here; pixels are the bytes of FILE.
small_study() {
  cat >study.toml <<'EOF'
data = { train_images = "images.gz", train_labels = "labels.gz", test_images = "test-images.gz", test_labels = "test-labels.gz", validation = 100 }
training = { batch = 64 }
[space]
kind = "cell"
nodes = 1
operations = ["conv1x1"]
widths = [1]
cells = [1]
stages = 1
[[stage]]
islands = 1
budget.evaluations = 2
fidelity.epochs = 1
strategy = [{ kind = "random" }]
[[stage]]
kind = "evaluate"
candidates = 1
fidelity.epochs = 1
EOF
  images 300 8 "$1" | gzip >images.gz
  labels 300 | gzip >labels.gz
  images 40 8 "$1" | gzip >test-images.gz
  labels 40 | gzip >test-labels.gz
}

# migrating_study FILE: the same with two islands that evolve and exchange elites, and two finalists.
migrating_study() {
  small_study "$1"
  sed -i 's/^budget.evaluations = 2/budget.evaluations = 6/; s/^islands = 1/islands = 2/; s/candidates = 1/candidates = 2/' study.toml
  sed -i 's/^strategy = .*/strategy = [{ kind = "evolution", population = 2, tournament = 2 }]\nmigration = { interval = 1, lag = 0 }/' study.toml
}

# table_study ISLANDS EVALUATIONS: the text of a study of table.csv, here: 4,096 genomes of six genes.
table_study() {
  awk 'BEGIN {
    print "key,accuracy,seconds"
    for (i = 0; i < 4096; ++i) {
      key = ""
      n = i
      for (d = 0; d < 6; ++d) { key = key n % 4; n = int(n / 4) }
      printf "%s,%.3f,%.3f\n", key, (i * 7919 % 100003) / 1000, 1 + (i * 40503 % 9001) / 1000
    }
  }' >table.csv
  printf 'evaluator = { kind = "table", table = { file = "table.csv", key = "key", objective = "accuracy", cost_columns = ["seconds"], cost_weights = [1.0] } }\n'
  printf 'space = { kind = "genes", gene = ['
  for gene in 1 2 3 4 5 6; do printf '{ name = "edge%d", choices = ["0", "1", "2", "3"] }, ' "$gene"; done
  printf '] }\n[[stage]]\nkind = "search"\nislands = %d\nbudget = { evaluations = %d }\nmigration = { topology = "torus", interval = 4 }\nstrategy = [{ kind = "evolution", population = 8 }]\n' "$1" "$2"
}

# long_study: the text of a study without training, for tests that end it.
long_study() {
  cat <<'EOF'
evaluator = { kind = "function", function = { name = "sphere", dimensions = 4, sleep = 0.002 } }
space.kind = "genes"
[[stage]]
islands = 8
budget.evaluations = 2_000_000
strategy = [{ kind = "random" }]
EOF
}

# fact NAME FILE: what the provenance of a results file says.
fact() {
  /usr/bin/python3 -c 'import sys, h5py; print(h5py.File(sys.argv[2])["provenance"].attrs[sys.argv[1]].decode())' "$1" "$2"
}

# Kernels that are chosen by these are others than those that a study is pinned to, on every CPU that it pins kernels on.
# shellcheck disable=SC2034
other_kernels=(OPENBLAS_CORETYPE=Prescott DNNL_MAX_CPU_ISA=SSE41 ONEDNN_MAX_CPU_ISA=SSE41 ATEN_CPU_CAPABILITY=default)
# untested: what a test of kernels does not tell on this machine; none: nothing. FILE: a results file made here.
untested() {
  local text=
  case $(fact isa "$1") in
    generic) text+=", kernels pinned against the environment and instruction sets (this CPU has no AVX2: there is one set and nothing to pin)" ;;
    avx2) text+=", an instruction set with other bits (this CPU has no AVX-512)" ;;
  esac
  local torch blas
  torch=$(dirname "${program:?}")/libarchipel_torch.so
  blas=$([ ! -e "$torch" ] || ldd "$torch" | awk '/lib(open)?blas/ && !seen++ { print $3 }')
  [[ $(readlink -f "$blas") == *openblas* ]] || text+=", OPENBLAS_CORETYPE (the BLAS here is not OpenBLAS)"
  echo "not tested: ${text:2}"
}
