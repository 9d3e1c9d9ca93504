# Sourced by local.sh and archipel.sbatch.
#
# keep_going PROGRAM RESULTS COMMAND...: runs COMMAND (a launcher with `PROGRAM run ... --results RESULTS --resume-if-present`), and
# again after a failure, until the study is finished; at most ARCHIPEL_RESTARTS times (20), and not after two restarts that
# brought nothing. The first HUP, INT, TERM, USR1 or USR2 asks the run to stop in good order; a second INT ends it, a third kills it.
# Returns 0: finished, 1 or 2: finished, but no candidate succeeded, 2: wrong input, 3: stopped or not to be restarted here, can be resumed; else the code of the last failure.
# Sets asked_by: the first signal, or empty.

say() { printf '%s %s\n' "$(date +%T)" "$*"; }

# Whether this place still works after a failure; the caller may define another one.
can_restart_here() { true; }

run_pid='' asked_by='' interrupts=0
# A launcher that has not started its ranks yet forgets a signal: it is told again until it has ended.
keep_asking() {
  (
    trap '' HUP INT TERM USR1 USR2
    while sleep 1 && kill -s USR2 "$run_pid"; do :; done
  ) </dev/null >/dev/null 2>&1 &
}
ask_to_stop() {
  local signal=USR2
  if [ -z "$asked_by" ] && [ -n "$run_pid" ]; then
    say "Stopping ($1): what is being evaluated is finished, or kept and left, within run.grace (30 s). Ctrl-C again ends it at once."
    keep_asking
  fi
  asked_by=${asked_by:-$1}
  [ "$1" != INT ] || interrupts=$((interrupts + 1))
  [ "$interrupts" -lt 2 ] || signal=TERM
  [ "$interrupts" -lt 3 ] || signal=KILL
  [ -z "$run_pid" ] || kill -s "$signal" "$run_pid" 2>/dev/null || true
}

# what_is_there PROGRAM RESULTS: a checksum of rows and checkpoints.
what_is_there() {
  local file
  file=$(readlink -f -- "$2")   # behind a link are the artefacts of what it leads to
  { "$1" status "$2" | grep '^stage '; find "${file%.h5}.artefacts/checkpoints" -type f -printf '%f %s %T@\n' | sort; } 2>/dev/null | cksum
}

# may_restart PROGRAM RESULTS: whether another start is allowed. What it judges by lies beside the results, for a requeued job
# begins in a new shell, and when a node dies nobody has time to write anything.
restarts=0 idle=0
may_restart() {
  local job before limit=${ARCHIPEL_RESTARTS:-20}
  if ! read -r job restarts idle before 2>/dev/null <"${2%.h5}.restarts" || [ "$job" != "${SLURM_JOB_ID:-$$}" ]; then
    restarts=0 idle=0
    return 0   # the first start
  fi
  if [ "$before" != "$(what_is_there "$1" "$2")" ]; then
    idle=0
  elif [ "$restarts" -gt 0 ]; then
    idle=$((idle + 1))
  fi
  restarts=$((restarts + 1))
  if [ "$idle" -ge 2 ]; then
    say "Two restarts brought nothing: no further one. Look at what is printed above, then start it again."
    return 1
  elif [ "$restarts" -gt "$limit" ]; then
    say "Restarted $limit times (ARCHIPEL_RESTARTS): no further one. To go on, start it again."
    return 1
  fi
}
note_start() {
  printf '%s %s %s %s\n' "${SLURM_JOB_ID:-$$}" "$restarts" "$idle" "$(what_is_there "$1" "$2")" >"${2%.h5}.restarts"
}

# run_once COMMAND...: in a session of its own, so that a terminal's Ctrl-C reaches this script alone. Returns its code once it is
# really gone.
run_once() {
  local code=0
  setsid "$@" </dev/null &
  run_pid=$!
  [ -z "$asked_by" ] || keep_asking
  until wait "$run_pid" || ! kill -0 "$run_pid" 2>/dev/null; do :; done   # a trapped signal ends wait early
  wait "$run_pid" || code=$?
  run_pid=''
  return "$code"
}

keep_going() {
  local program=$1 results=$2 code=1 begun=no health=3 signal anew look
  shift 2
  anew="To start it anew, remove that file and ${results%.h5}.artefacts."
  look=$(printf '%q status %q' "$program" "$results")   # to be pasted
  for signal in HUP INT TERM USR1 USR2; do
    # shellcheck disable=SC2064   # this signal
    trap "ask_to_stop $signal" "$signal"
  done
  while :; do
    if [ -e "$results" ]; then
      health=0
      "$program" status --exit-code "$results" >/dev/null || health=$?
    fi
    case $health in
      0)
        [ "$begun" = yes ] || say "This study is finished: $results. $anew"
        rm -f "${results%.h5}.restarts"
        return 0
        ;;
      3) ;;
      4)
        [ "$begun" = yes ] || "$program" status "$results" | sed -n 1p
        rm -f "${results%.h5}.restarts"
        [ "$code" != 0 ] || code=1
        return "$code"
        ;;
      *)
        "$program" status "$results" >&2 || true
        say "These are not readable results: $results. Rename or remove the file, then start again." >&2
        return 1
        ;;
    esac
    if [ -n "$asked_by" ]; then
      say "Ended. To go on, start the same again; what is kept: $look"
      return 3
    fi
    may_restart "$program" "$results" || return $((code == 0 ? 1 : code))   # 0 did not finish it
    note_start "$program" "$results"
    [ ! -e "$results" ] || say "Going on with $results. $anew"

    code=0 begun=yes
    run_once "$@" || code=$?
    case $code in
      0) ;;   # what the file says counts
      2) return 2 ;;
      3)
        say "Stopped. To go on, start the same again; what is kept: $look"
        return 3
        ;;
      *)
        say "The run ended with code $code${asked_by:+ after $asked_by}."
        if [ -z "$asked_by" ] && ! can_restart_here; then return 3; fi
        ;;
    esac
  done
}
