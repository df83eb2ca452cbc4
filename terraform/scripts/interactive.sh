#!/usr/bin/env bash
# Asks what to do with which root, then calls tf.sh. With fzf where it is installed, else by number.
set -euo pipefail
PROJECT_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=lib/messages.sh
. "$PROJECT_ROOT/terraform/scripts/lib/messages.sh"
# shellcheck source=lib/configuration.sh
. "$PROJECT_ROOT/terraform/scripts/lib/configuration.sh"

usage() {
  cat <<'TEXT'
usage: interactive.sh [--dry-run]

Asks for an environment, a root and an action, and runs tf.sh with them.

  --dry-run    say what would be run, and run nothing
TEXT
}

arguments=()
case ${1:-} in
  '') ;;
  --dry-run) arguments=(--dry-run) ;;
  --help | -h) usage && exit 0 ;;
  *) usage >&2 && die "$EXIT_USAGE" "there is no option $1" ;;
esac

# choose WHAT: one of the lines on stdin.
choose() {
  if command -v fzf >/dev/null && [ -z "${NO_FZF:-}" ]; then
    fzf --prompt="$1> " --height=40% --reverse || die "$EXIT_INTERRUPTED" "nothing chosen; nothing was run"
    return
  fi
  local lines=() line number
  while IFS= read -r line; do lines+=("$line"); done
  for number in "${!lines[@]}"; do printf '%3d  %s\n' $((number + 1)) "${lines[$number]}" >&2; done
  printf '%s (1-%d): ' "$1" "${#lines[@]}" >&2
  read -r number <&3 || die "$EXIT_INTERRUPTED" "nothing chosen; nothing was run"
  case $number in '' | *[!0-9]*) die "$EXIT_USAGE" "$number is no number" ;; esac
  [ "$number" -ge 1 ] && [ "$number" -le "${#lines[@]}" ] || die "$EXIT_USAGE" "$number is not between 1 and ${#lines[@]}"
  printf '%s\n' "${lines[$((number - 1))]}"
}
exec 3<&0

if command -v tree >/dev/null; then
  tree -d -L 3 --noreport -I tests "$PROJECT_ROOT/terraform/live" >&2
fi
environment=$(printf '%s\n' test prod shared | choose environment)
resource=$(configuration roots | sed -n "s|^$environment/||p" | choose resource)
action=$(printf '%s\n' plan apply destroy output | choose action)
say "./tf.sh ${arguments[*]:-} $action $environment $resource"
exec "$PROJECT_ROOT/terraform/scripts/tf.sh" ${arguments[@]+"${arguments[@]}"} "$action" "$environment" "$resource" <&3
