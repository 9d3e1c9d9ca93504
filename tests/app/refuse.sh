# Sourced by tests that start the program wrongly. They set: program, mpirun, folder (where `run` may leave nothing).

# Starts that are quicker, which is all right where no bits are compared: no second start to fix the numerics, no daemon for one rank.
export ARCHIPEL_PINNED=1 OMPI_MCA_ess_singleton_isolated=1

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

# under RANKS ARGUMENTS...: `archipel ARGUMENTS`, alone or under MPI. Sets code and output.
under() {
  local ranks=$1 launch=()
  shift
  [ "$ranks" = 1 ] || launch=("${mpirun:?}" "$ranks")
  code=0
  output=$(timeout -k 1 40 "${launch[@]}" "${program:?}" "$@" 2>&1) || code=$?
}

# refused RANKS CODE TEXT ARGUMENTS...: `archipel run ARGUMENTS` ends with the code and one message, which contains TEXT; the
# folder holds no more than before.
refused() {
  local ranks=$1 expected=$2 text=$3 before after messages
  shift 3
  before=$(ls -A "${folder:?}")
  under "$ranks" run "$@"
  after=$(ls -A "$folder")
  [ "$code" = "$expected" ] || fail "run $* on $ranks ranks: exit $code, expected $expected and '$text':" "$output"
  messages=$(grep '^archipel: ' <<<"$output") || fail "run $* on $ranks ranks: no message:" "$output"
  [ "$(wc -l <<<"$messages")" = 1 ] || fail "run $* on $ranks ranks: more than one message:" "$output"
  [[ $messages == *"$text"* ]] || fail "run $* on $ranks ranks: the message lacks '$text':" "$messages"
  [ "$before" = "$after" ] || fail "run $* on $ranks ranks left files behind:" "$after"
}
