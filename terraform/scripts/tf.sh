#!/usr/bin/env bash
# Terraform in one live root.
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
usage: tf.sh [--dry-run] [--yes] <action> <environment> <resource> [-- terraform options]

actions        plan, apply, destroy; init, validate, output
environment    test, prod, shared
resource       a root, such as network, backend, setup/registry (or registry)

  --dry-run    say what would be run, and run nothing
  --yes        apply or destroy without asking

Examples:
  1. ./tf.sh plan test network
  2. ./tf.sh apply shared registry
  3. ./tf.sh plan prod backend -- -target=module.service
  4. ./tf.sh --dry-run destroy test frontend

Exit codes: 0 done, 1 not confirmed or Terraform failed, 2 usage, 69 state out of reach, 77 cannot sign in, 78 configuration.
TEXT
}

positional=() options=()
while [ $# -gt 0 ]; do
  case $1 in
    --dry-run) DRY_RUN=1 ;;
    --yes) ASSUME_YES=1 ;;
    --help | -h) usage && exit 0 ;;
    --) shift && options=("$@") && break ;;
    -*) usage >&2 && die "$EXIT_USAGE" "there is no option $1" ;;
    *) positional+=("$1") ;;
  esac
  shift
done
[ ${#positional[@]} = 3 ] || { usage >&2 && die "$EXIT_USAGE" "an action, an environment and a resource are wanted"; }
action=${positional[0]} environment=${positional[1]} resource=${positional[2]}
case $action in
  plan | apply | destroy | init | validate | output) ;;
  *) die "$EXIT_USAGE" "there is no action $action; there are: plan, apply, destroy, init, validate, output" ;;
esac
case $environment in
  test | prod | shared) ;;
  *) die "$EXIT_USAGE" "there is no environment $environment; there are: test, prod, shared" ;;
esac

need terraform aws python3
check_configuration
find_plugins
root=$(resolve "$environment" "$resource")
reach "$environment"
[ "$environment" = shared ] || reach shared
[ "$root" != "$STATE_ROOT" ] || find_bucket
[ "$action" != destroy ] || [ "$root" != "$STATE_ROOT" ] || leave_bucket

initialise "$root" >&2 || die "$EXIT_UNAVAILABLE" "terraform init failed in $root" \
  "is the state's bucket there? If not: $0 apply shared terraform_state"

# A plan names every value, secrets included: it lives as long as this script, in a folder of its own.
plans=$(mktemp -d)
trap 'rm -rf "$plans"' EXIT

failed() {
  die "$EXIT_REFUSED" "terraform $1 failed in $root" "what it did before that is in the state; mend the cause and run the same command again
      If it says that the state is locked, and the run that it names is dead: terraform -chdir=$(root_folder "$root") force-unlock ID"
}

case $action in
  init) ;;
  validate | output) in_root "$root" "$action" ${options[@]+"${options[@]}"} ;;
  plan) in_root "$root" plan -input=false ${options[@]+"${options[@]}"} || failed plan ;;
  apply)
    in_root "$root" plan -input=false -out="$plans/plan" ${options[@]+"${options[@]}"} >&2 || failed plan
    confirm "This is applied to $root." "$root"
    in_root "$root" apply -input=false "$plans/plan" >&2 || failed apply
    [ "$root" != "$STATE_ROOT" ] || adopt_bucket >&2
    ;;
  destroy)
    in_root "$root" plan -destroy -input=false -out="$plans/plan" ${options[@]+"${options[@]}"} >&2 || failed "plan -destroy"
    confirm "All of this is destroyed in $root." "$root"
    in_root "$root" apply -input=false "$plans/plan" >&2 || failed destroy
    ;;
esac
