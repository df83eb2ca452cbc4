# The configuration: checked as a whole, read one key at a time. Sourced, after messages.sh. Needs PROJECT_ROOT.
# shellcheck shell=bash

# GREENLIGHT_CONFIG_DIR: other configuration files than terraform/config (tests; several installations of one checkout).
CONFIG_DIR=${GREENLIGHT_CONFIG_DIR:-$PROJECT_ROOT/terraform/config}

# config_program ARGUMENT...: config.py, in its locked environment.
config_program() {
  "$PROJECT_ROOT/.ci/venv" "$PROJECT_ROOT/terraform/scripts/.venv" "$PROJECT_ROOT/terraform/scripts/requirements.txt" >&2 || return
  "$PROJECT_ROOT/terraform/scripts/.venv/bin/python" "$PROJECT_ROOT/terraform/scripts/config.py" --dir "$CONFIG_DIR" "$@"
}

# Read once; the scripts that are called from here get it handed down. Lines of "environment<tab>key<tab>value".
read_configuration() {
  if [ -z "${GREENLIGHT_VALUES:-}" ]; then
    GREENLIGHT_VALUES=$(config_program values) || exit "$EXIT_CONFIGURATION"
    export GREENLIGHT_VALUES
  fi
}

# configuration get ENVIRONMENT KEY, configuration roots
configuration() {
  case $1 in
    get) awk -F '\t' -v environment="$2" -v key="$3" '$1 == environment && $2 == key { print $3; found = 1 } END { exit !found }' <<<"$GREENLIGHT_VALUES" ||
      die "$EXIT_CONFIGURATION" "$2 has no $3" ;;
    roots) sed -n 's/^- //p' "$PROJECT_ROOT/terraform/config/stacks.yml" ;;
  esac
}

# All that is wrong is said, and nothing is run. Whoever calls this script from another one has done it.
check_configuration() {
  if [ -z "${GREENLIGHT_VALUES:-}" ]; then
    config_program check || exit "$EXIT_CONFIGURATION"
  fi
  read_configuration
}

# reach ENVIRONMENT: the profile signs in, and to the account that the configuration names.
reach() {
  [ -z "${DRY_RUN:-}" ] || return 0
  # deploy.sh and setup.sh have asked for the scripts that they call.
  case " ${GREENLIGHT_REACHED:-} " in *" $1 "*) return 0 ;; esac
  local profile account found
  profile=$(configuration get "$1" aws_profile_name)
  account=$(configuration get "$1" aws_account_id)
  local why
  why=$(mktemp)
  if ! found=$(aws sts get-caller-identity --profile "$profile" --query Account --output text 2>"$why"); then
    say "$(sed 's/^/  /' "$why")"
    rm -f "$why"
    die "$EXIT_PERMISSION" "cannot sign in to AWS for $1 with the profile $profile (aws_profile_name)" \
      "sign in (aws sso login --profile $profile), or make the profile (aws configure --profile $profile)"
  fi
  rm -f "$why"
  [ "$found" = "$account" ] || die "$EXIT_PERMISSION" "the profile $profile is of account $found, but $1 is in $account (aws_account_id)" \
    "change aws_profile_name or aws_account_id in $CONFIG_DIR"
  export GREENLIGHT_REACHED="${GREENLIGHT_REACHED:-} $1"
}
