#!/usr/bin/env bash
# Applies or destroys all live roots, in the order of config/stacks.yml.
set -euo pipefail
PROJECT_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=lib/messages.sh
. "$PROJECT_ROOT/terraform/scripts/lib/messages.sh"
# shellcheck source=lib/prerequisites.sh
. "$PROJECT_ROOT/terraform/scripts/lib/prerequisites.sh"
# shellcheck source=lib/configuration.sh
. "$PROJECT_ROOT/terraform/scripts/lib/configuration.sh"
# shellcheck source=lib/roots.sh
. "$PROJECT_ROOT/terraform/scripts/lib/roots.sh"

usage() {
  cat <<'TEXT'
usage: deploy.sh [options] <apply|destroy>

  --dry-run      say what would be run, and run nothing
  --yes          do not ask before destroying
  --resume       leave out what was done before the last run failed
  --from ROOT    begin at this root, such as test/network
  --only ENV     only the roots of shared, test or prod
  --with-state   with destroy: also the bucket and table of Terraform's state, after a question of its own

Examples:
  1. ./deploy.sh apply
  2. ./deploy.sh --resume apply
  3. ./deploy.sh --only test apply
  4. ./deploy.sh --dry-run destroy

Exit codes: 0 done, 1 a root failed or not confirmed, 2 usage, 77 cannot sign in, 78 configuration, 130 interrupted.
TEXT
}

action='' from='' only='' resume='' with_state=''
while [ $# -gt 0 ]; do
  case $1 in
    --dry-run) export DRY_RUN=1 ;;
    --yes) ASSUME_YES=1 ;;
    --resume) resume=1 ;;
    --with-state) with_state=1 ;;
    --from | --only)
      [ $# -ge 2 ] || die "$EXIT_USAGE" "$1 wants a value"
      if [ "$1" = --from ]; then from=$2; else only=$2; fi
      shift
      ;;
    --help | -h) usage && exit 0 ;;
    apply | destroy) [ -z "$action" ] || die "$EXIT_USAGE" "one of apply and destroy"; action=$1 ;;
    *) usage >&2 && die "$EXIT_USAGE" "there is no $1" ;;
  esac
  shift
done
[ -n "$action" ] || { usage >&2 && die "$EXIT_USAGE" "apply or destroy?"; }
[ -z "$from" ] || [ -z "$resume" ] || die "$EXIT_USAGE" "--from and --resume exclude each other"
case $only in '' | shared | test | prod) ;; *) die "$EXIT_USAGE" "there is no environment $only; there are: shared, test, prod" ;; esac

need terraform aws python3
check_configuration
find_plugins

roots=()
while IFS= read -r root; do
  [ -z "$only" ] || [ "${root%%/*}" = "$only" ] || continue
  if [ "$action" = apply ]; then roots+=("$root"); else roots=("$root" ${roots[@]+"${roots[@]}"}); fi
done < <(configuration roots)
if [ "$action" = destroy ]; then
  kept=()
  for root in "${roots[@]}"; do [ "$root" = "$STATE_ROOT" ] || kept+=("$root"); done
  roots=(${kept[@]+"${kept[@]}"})
fi

if [ -n "$from" ]; then
  rest=()
  for root in "${roots[@]}"; do
    [ ${#rest[@]} = 0 ] && [ "$root" != "$from" ] || rest+=("$root")
  done
  [ ${#rest[@]} -gt 0 ] || die "$EXIT_USAGE" "there is no root $from; there are:"$'\n'"$(printf '  %s\n' "${roots[@]}")"
  roots=("${rest[@]}")
fi

# How far the last run came: one root a line.
progress=${GREENLIGHT_PROGRESS_DIR:-$PROJECT_ROOT/terraform/.deploy}/$action
if [ -n "$resume" ]; then
  [ -f "$progress" ] || die 3 "there is nothing to resume: no run of $action has failed here"
  rest=()
  for root in "${roots[@]}"; do grep -qxF "$root" "$progress" || rest+=("$root"); done
  roots=(${rest[@]+"${rest[@]}"})
  say "resuming: $(wc -l <"$progress" | tr -d ' ') roots are done"
elif [ -z "${DRY_RUN:-}" ]; then
  rm -f "$progress"
fi

for environment in shared test prod; do
  [ -z "$only" ] || [ "$only" = "$environment" ] || continue
  reach "$environment"
  if [ "$action" = destroy ] && [ "$(configuration get "$environment" protect)" = true ]; then
    die "$EXIT_REFUSED" "$environment is protected (protect: true in $CONFIG_DIR/$environment.yml), so what holds data would refuse to go half-way" \
      "set protect to false there, run ./deploy.sh apply, then ./deploy.sh destroy"
  fi
done

project=$(configuration get shared project)
if [ "$action" = destroy ]; then
  confirm "All of this is destroyed, with all of its data:"$'\n'"$(printf '  %s\n' "${roots[@]}")" "$project"
fi

current=none
stopped() {
  say ""
  say "error: interrupted during $action of $current"
  say ""
  say "hint: Terraform keeps what it has done. Go on with: ./deploy.sh --resume $action"
  exit "$EXIT_INTERRUPTED"
}
trap stopped INT TERM

mkdir -p "$(dirname "$progress")"
number=0
for root in ${roots[@]+"${roots[@]}"}; do
  number=$((number + 1)) current=$root
  say "── $action $root ($number of ${#roots[@]})"
  arguments=(--yes)
  [ -z "${DRY_RUN:-}" ] || arguments+=(--dry-run)
  status=0
  "$PROJECT_ROOT/terraform/scripts/tf.sh" "${arguments[@]}" "$action" "${root%%/*}" "${root#*/}" || status=$?
  if [ "$status" != 0 ]; then
    say ""
    say "error: $action stopped at $root; $((number - 1)) of ${#roots[@]} roots are done, $((${#roots[@]} - number)) were not begun"
    say ""
    say "hint: mend what is said above, then go on where it stopped: ./deploy.sh --resume $action"
    exit "$status"
  fi
  [ -n "${DRY_RUN:-}" ] || printf '%s\n' "$root" >>"$progress"
done
[ -n "${DRY_RUN:-}" ] || rm -f "$progress"

if [ "$action" = destroy ] && [ -n "$with_state" ]; then
  bucket=$(configuration get shared aws_tf_state_s3_bucket_name)
  ASSUME_YES='' confirm "Last, the state itself: the bucket $bucket with every version of every state. After that, nothing knows what Terraform ever made." "$bucket"
  arguments=(--yes)
  [ -z "${DRY_RUN:-}" ] || arguments+=(--dry-run)
  "$PROJECT_ROOT/terraform/scripts/tf.sh" "${arguments[@]}" destroy shared setup/terraform_state
fi
say "done: $action of ${#roots[@]} roots"
