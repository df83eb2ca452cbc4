# How these scripts speak. Sourced. Messages go to stderr; data is all that goes to stdout.
# Exit codes are those of every Greenlight program (doc/exit-codes.md).
# shellcheck shell=bash disable=SC2034

EXIT_REFUSED=1 EXIT_USAGE=2 EXIT_UNAVAILABLE=69 EXIT_PERMISSION=77 EXIT_CONFIGURATION=78 EXIT_INTERRUPTED=130

say() { printf '%s\n' "$*" >&2; }

# die CODE MESSAGE [HINT]
die() {
  printf 'error: %s\n' "$2" >&2
  [ -z "${3:-}" ] || printf '\nhint: %s\n' "$3" >&2
  exit "$1"
}

# run COMMAND...: runs it, or with DRY_RUN says what it would run.
run() {
  if [ -n "${DRY_RUN:-}" ]; then
    printf 'would run:' >&2
    printf ' %q' "$@" >&2
    printf '\n' >&2
  else
    "$@"
  fi
}

# confirm WHAT WORD: only the word typed out is a yes.
confirm() {
  [ -z "${DRY_RUN:-}" ] || return 0
  [ -z "${ASSUME_YES:-}" ] || return 0
  if [ ! -t 0 ] && [ -z "${CONFIRM_FROM_STDIN:-}" ]; then
    die "$EXIT_USAGE" "$1 needs an answer, and there is no terminal" "say --yes, if nobody has to look"
  fi
  printf '%s\nType %s to go on: ' "$1" "$2" >&2
  local answer
  read -r answer || answer=
  [ "$answer" = "$2" ] || die "$EXIT_REFUSED" "not confirmed; nothing was changed"
}
