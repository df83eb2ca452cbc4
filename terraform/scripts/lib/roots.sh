# Live roots: their names, their state, Terraform in them. Sourced, after configuration.sh.
# shellcheck shell=bash

STATE_ROOT=shared/setup/terraform_state

# resolve ENVIRONMENT RESOURCE: the root, such as shared/setup/registry for "shared registry".
resolve() {
  local root found=
  while IFS= read -r root; do
    if [ "$root" = "$1/$2" ] || { [ "${root%%/*}" = "$1" ] && [ "${root##*/}" = "$2" ]; }; then found=$root; fi
  done < <(configuration roots)
  if [ -z "$found" ]; then
    die "$EXIT_USAGE" "there is no root $2 in $1; there are:"$'\n'"$(configuration roots | sed -n "s|^$1/|  |p")"
  fi
  printf '%s\n' "$found"
}

root_folder() { printf '%s\n' "$PROJECT_ROOT/terraform/live/$1"; }

# in_root ROOT ARGUMENT...: terraform in the root's folder.
in_root() {
  local root=$1
  shift
  run env TF_VAR_config_dir="$CONFIG_DIR" TF_IN_AUTOMATION=1 terraform -chdir="$(root_folder "$root")" "$@"
}

# An installed mirror, if there is one; else the registry. Looked for once.
plugin_option() { [ -z "${GREENLIGHT_PLUGIN_DIR:-}" ] || printf '%s\n' "-plugin-dir=$GREENLIGHT_PLUGIN_DIR"; }

find_plugins() {
  [ -z "${GREENLIGHT_PLUGIN_DIR+looked}" ] || return 0
  GREENLIGHT_PLUGIN_DIR=$("$PROJECT_ROOT/.ci/terraform/plugin-dir") || exit "$EXIT_CONFIGURATION"
  export GREENLIGHT_PLUGIN_DIR
}

# backend_options ROOT: where the root's state is. The lock is both: the table that was promised and S3's own lock file.
backend_options() {
  printf '%s\n' "-backend-config=bucket=$(configuration get shared aws_tf_state_s3_bucket_name)" \
    "-backend-config=key=$1/terraform.tfstate" \
    "-backend-config=region=$(configuration get shared aws_region_name)" \
    "-backend-config=profile=$(configuration get shared aws_profile_name)" \
    "-backend-config=dynamodb_table=$(configuration get shared aws_tf_state_dynamodb_table_name)" \
    "-backend-config=use_lockfile=true" \
    "-backend-config=encrypt=true"
}

state_is_remote() { [ -f "$(root_folder "$STATE_ROOT")/backend_override.tf" ]; }

# initialise ROOT
initialise() {
  local options=(-input=false -lockfile=readonly) line
  while IFS= read -r line; do options+=("$line"); done < <(plugin_option)
  if [ "$1" != "$STATE_ROOT" ] || state_is_remote; then
    options+=(-reconfigure)
    while IFS= read -r line; do options+=("$line"); done < <(backend_options "$1")
  fi
  in_root "$1" init "${options[@]}"
}

# The state of the state moves into the bucket that was just made. Where this machine has none, but the bucket does, it is used.
adopt_bucket() {
  state_is_remote && return 0
  local options=(-input=false -lockfile=readonly -migrate-state -force-copy) line
  while IFS= read -r line; do options+=("$line"); done < <(plugin_option)
  while IFS= read -r line; do options+=("$line"); done < <(backend_options "$STATE_ROOT")
  if [ -z "${DRY_RUN:-}" ]; then
    printf '# Made by scripts/tf.sh: the bucket is there.\nterraform {\n  backend "s3" {}\n}\n' >"$(root_folder "$STATE_ROOT")/backend_override.tf"
  fi
  if ! in_root "$STATE_ROOT" init "${options[@]}"; then
    rm -f "$(root_folder "$STATE_ROOT")/backend_override.tf"
    die "$EXIT_UNAVAILABLE" "the bucket is there, but the state could not be moved into it; it is still in $(root_folder "$STATE_ROOT")" \
      "run the same command again: nothing is made twice"
  fi
}

# Before the bucket goes, its own state comes back into the folder.
leave_bucket() {
  state_is_remote || return 0
  local options=(-input=false -lockfile=readonly -migrate-state -force-copy) line
  while IFS= read -r line; do options+=("$line"); done < <(plugin_option)
  [ -n "${DRY_RUN:-}" ] || mv "$(root_folder "$STATE_ROOT")/backend_override.tf" "$(root_folder "$STATE_ROOT")/backend_override.tf.before"
  if ! in_root "$STATE_ROOT" init "${options[@]}"; then
    [ -n "${DRY_RUN:-}" ] || mv "$(root_folder "$STATE_ROOT")/backend_override.tf.before" "$(root_folder "$STATE_ROOT")/backend_override.tf"
    die "$EXIT_UNAVAILABLE" "the state could not be fetched from the bucket; nothing was destroyed"
  fi
  rm -f "$(root_folder "$STATE_ROOT")/backend_override.tf.before"
}

# Where another machine has moved it already, this one must not begin anew.
find_bucket() {
  state_is_remote && return 0
  [ -z "${DRY_RUN:-}" ] || return 0
  [ ! -s "$(root_folder "$STATE_ROOT")/terraform.tfstate" ] || return 0
  local bucket profile
  bucket=$(configuration get shared aws_tf_state_s3_bucket_name)
  profile=$(configuration get shared aws_profile_name)
  if aws s3api head-object --bucket "$bucket" --key "$STATE_ROOT/terraform.tfstate" --profile "$profile" >/dev/null 2>&1; then
    say "the state is in $bucket already"
    printf '# Made by scripts/tf.sh: the bucket is there.\nterraform {\n  backend "s3" {}\n}\n' >"$(root_folder "$STATE_ROOT")/backend_override.tf"
  fi
}
