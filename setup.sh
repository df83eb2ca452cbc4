#!/usr/bin/env bash
# What an account needs once, before deploy.sh: keys, registry, connection to GitHub, secrets, the first image, the hook's package.
# Safe to repeat: what is there is left alone.
set -euo pipefail
PROJECT_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=terraform/scripts/lib/messages.sh
. "$PROJECT_ROOT/terraform/scripts/lib/messages.sh"
# shellcheck source=terraform/scripts/lib/prerequisites.sh
. "$PROJECT_ROOT/terraform/scripts/lib/prerequisites.sh"
# shellcheck source=terraform/scripts/lib/configuration.sh
. "$PROJECT_ROOT/terraform/scripts/lib/configuration.sh"
# shellcheck source=terraform/scripts/lib/parameters.sh
. "$PROJECT_ROOT/terraform/scripts/lib/parameters.sh"
# shellcheck source=terraform/scripts/lib/packages.sh
. "$PROJECT_ROOT/terraform/scripts/lib/packages.sh"

usage() {
  cat <<'TEXT'
usage: setup.sh [--dry-run] [--hook-only | --rotate ENVIRONMENT SECRET]

Reads DOCKER_HUB_USERNAME, DOCKER_HUB_PASSWORD and CODESTAR_CONNECTION_ARN from the environment, and asks for what is not set. Secrets become
SecureStrings in SSM and are shown nowhere. CODESTAR_CONNECTION_ARN may stay empty where create_connection is true.

  --dry-run          say what would be done, and do nothing
  --hook-only        build and upload the hook again, after a change to hooks/validate-deploy; then: terraform/scripts/tf.sh apply test deployment
  --rotate ENV NAME  make a new django-secret-key or events-key of test or prod

Examples:
  1. ./setup.sh
  2. ./setup.sh --dry-run
  3. ./setup.sh --rotate test django-secret-key

Exit codes: 0 done, 1 something has to be done by a person first, 2 usage, 69 AWS refused, 77 cannot sign in, 78 configuration.
TEXT
}

only='' rotate_environment='' rotate_secret=''
while [ $# -gt 0 ]; do
  case $1 in
    --dry-run) export DRY_RUN=1 ;;
    --hook-only) only=hook ;;
    --rotate)
      [ $# -ge 3 ] || die "$EXIT_USAGE" "--rotate wants an environment and a secret" "example: ./setup.sh --rotate test events-key"
      only=rotate rotate_environment=$2 rotate_secret=$3
      shift 2
      ;;
    --help | -h) usage && exit 0 ;;
    *) usage >&2 && die "$EXIT_USAGE" "there is no $1" ;;
  esac
  shift
done

# ask VARIABLE QUESTION [secret]: the variable from the environment, or from a person; a secret is not shown while it is typed.
ask() {
  [ -z "${!1:-}" ] || return 0
  [ -z "${DRY_RUN:-}" ] || return 0
  [ -t 0 ] || die "$EXIT_CONFIGURATION" "$1 is not set, and there is no terminal to ask at" "export $1=…, then run ./setup.sh again"
  local answer
  printf '%s: ' "$2" >&2
  if [ "${3:-}" = secret ]; then
    read -rs answer
    printf '\n' >&2
  else
    read -r answer
  fi
  printf -v "$1" '%s' "$answer"
}

apply() {
  local arguments=(--yes)
  [ -z "${DRY_RUN:-}" ] || arguments+=(--dry-run)
  say "── apply $1/$2"
  "$PROJECT_ROOT/terraform/scripts/tf.sh" "${arguments[@]}" apply "$1" "$2" ||
    { status=$? && say "" && say "hint: nothing of what was done is lost; mend what is said above and run ./setup.sh again" && exit "$status"; }
}

generate() { python3 -c 'import secrets; print(secrets.token_urlsafe(48), end="")'; }

# generated ENVIRONMENT NAME: made once, by nobody's hand.
generated() {
  local path
  path=/$(configuration get shared project)/$1/$2
  if [ -z "${DRY_RUN:-}" ] && parameter_exists "$1" "$path"; then
    say "$path is there"
  else
    generate | write_parameter "$1" "$path" SecureString "Made by setup.sh"
  fi
}

# The connection must have been confirmed by a person, or the pipeline's first action fails.
check_connection() {
  [ -z "${DRY_RUN:-}" ] || return 0
  local status
  # The service is the one that the ARN names: codeconnections, or by its older name codestar-connections.
  status=$(aws "$(cut -d: -f3 <<<"$1")" get-connection --connection-arn "$1" --query Connection.ConnectionStatus --output text \
    --profile "$(configuration get shared aws_profile_name)" --region "$(configuration get shared aws_region_name)" 2>/dev/null) ||
    die "$EXIT_UNAVAILABLE" "the connection $1 cannot be read" "is the ARN right, and of this account and region?"
  [ "$status" = AVAILABLE ] || die "$EXIT_REFUSED" "the connection to GitHub is $status, not AVAILABLE" \
    "a person has to confirm it: https://$(configuration get shared aws_region_name).console.aws.amazon.com/codesuite/settings/connections, \"Update pending connection\"; then run ./setup.sh again"
}

if [ "$only" = rotate ]; then
  case $rotate_environment in test | prod) ;; *) die "$EXIT_USAGE" "there is no environment $rotate_environment; there are: test, prod" ;; esac
  case $rotate_secret in django-secret-key | events-key) ;; *) die "$EXIT_USAGE" "there is no secret $rotate_secret; there are: django-secret-key, events-key" ;; esac
  need aws python3
  check_configuration
  reach "$rotate_environment"
  generate | write_parameter "$rotate_environment" "/$(configuration get shared project)/$rotate_environment/$rotate_secret" SecureString "Made by setup.sh"
  say "tasks read it when they start: release once more, or start new ones"
  [ "$rotate_secret" != events-key ] || say "EventBridge reads it when applied: terraform/scripts/tf.sh apply shared codepipeline"
  exit 0
fi

need terraform aws docker python3 git
check_configuration
for environment in shared test prod; do reach "$environment"; done
[ -n "${DRY_RUN:-}" ] || docker info >/dev/null 2>&1 || die "$EXIT_UNAVAILABLE" "no Docker engine answers" "start Docker, then run ./setup.sh again"
if [ "$only" = hook ]; then
  upload_hook
  exit 0
fi

project=$(configuration get shared project)
ask DOCKER_HUB_USERNAME "Docker Hub user name (DOCKER_HUB_USERNAME)"
ask DOCKER_HUB_PASSWORD "Docker Hub password or access token (DOCKER_HUB_PASSWORD)" secret
[ "$(configuration get shared create_connection)" = true ] || ask CODESTAR_CONNECTION_ARN "ARN of the connection to GitHub (CODESTAR_CONNECTION_ARN)"
if [ -z "${DRY_RUN:-}" ] && { [ -z "$DOCKER_HUB_USERNAME" ] || [ -z "$DOCKER_HUB_PASSWORD" ]; }; then
  die "$EXIT_CONFIGURATION" "DOCKER_HUB_USERNAME and DOCKER_HUB_PASSWORD are wanted: without them Docker Hub soon refuses builds the base image"
fi

apply shared setup/terraform_state
apply shared setup/security
apply shared setup/registry
apply shared setup/connection
apply shared cicd/artifacts

connection=${CODESTAR_CONNECTION_ARN:-}
[ -n "$connection" ] || [ -n "${DRY_RUN:-}" ] || connection=$(parameter shared "/$project/shared/connection/arn")
case ${connection:-dry-run} in
  dry-run) [ -n "${DRY_RUN:-}" ] || die "$EXIT_CONFIGURATION" "there is no connection to GitHub" "set create_connection to true in the configuration, or CODESTAR_CONNECTION_ARN" ;;
  arn:aws:codeconnections:*:connection/* | arn:aws:codestar-connections:*:connection/*) ;;
  *) die "$EXIT_CONFIGURATION" "CODESTAR_CONNECTION_ARN is not the ARN of a connection" "it looks like arn:aws:codeconnections:REGION:ACCOUNT:connection/ID" ;;
esac
printf '%s' "${DOCKER_HUB_USERNAME:-}" | keep_parameter shared "/$project/shared/docker-hub-username" SecureString "Docker Hub user name"
printf '%s' "${DOCKER_HUB_PASSWORD:-}" | keep_parameter shared "/$project/shared/docker-hub-password" SecureString "Docker Hub password"
printf '%s' "$connection" | keep_parameter shared "/$project/shared/codestar-connection-arn" SecureString "Connection to GitHub"
for environment in test prod; do
  generated "$environment" django-secret-key
  generated "$environment" events-key
done
check_connection "$connection"
push_bootstrap_image
upload_hook
say "done; next: cd terraform/scripts && ./deploy.sh apply"
