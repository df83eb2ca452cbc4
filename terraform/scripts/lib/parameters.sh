# SSM parameters of an environment. Sourced, after configuration.sh. Values are given on stdin, so that no process list shows them.
# shellcheck shell=bash

# ssm ENVIRONMENT COMMAND...
ssm() {
  local environment=$1
  shift
  aws ssm "$@" --profile "$(configuration get "$environment" aws_profile_name)" --region "$(configuration get "$environment" aws_region_name)"
}

parameter_exists() { ssm "$1" get-parameter --name "$2" --query Parameter.Version --output text >/dev/null 2>&1; }

# parameter ENVIRONMENT NAME: its value, decrypted; nothing where there is none.
parameter() { ssm "$1" get-parameter --name "$2" --with-decryption --query Parameter.Value --output text 2>/dev/null || true; }

# write_parameter ENVIRONMENT NAME TYPE DESCRIPTION: the value comes from stdin.
write_parameter() {
  local environment=$1 name=$2 type=$3 description=$4 request
  if [ -n "${DRY_RUN:-}" ]; then
    cat >/dev/null
    say "would write: $name ($type)"
    return
  fi
  # A file of our own, for the AWS CLI reads requests from files; nobody else can read it, and it is gone at once.
  request=$(umask 077 && mktemp)
  NAME=$name TYPE=$type DESCRIPTION=$description KEY="alias/$(configuration get shared project)-$environment" python3 -c '
import json, os, sys
request = {"Name": os.environ["NAME"], "Type": os.environ["TYPE"], "Description": os.environ["DESCRIPTION"], "Value": sys.stdin.read(), "Overwrite": True}
if request["Type"] == "SecureString":
    request["KeyId"] = os.environ["KEY"]
print(json.dumps(request))' >"$request"
  if ! ssm "$environment" put-parameter --cli-input-json "file://$request" >/dev/null; then
    rm -f "$request"
    die "$EXIT_UNAVAILABLE" "$name could not be written" "what was done before is kept; run ./setup.sh again"
  fi
  rm -f "$request"
  say "wrote $name ($type)"
}

# keep_parameter ENVIRONMENT NAME TYPE DESCRIPTION: writes what stdin gives, unless it is there already.
keep_parameter() {
  local value
  value=$(cat)
  if [ -z "${DRY_RUN:-}" ] && [ "$(parameter "$1" "$2")" = "$value" ]; then
    say "$2 is up to date"
  else
    printf '%s' "$value" | write_parameter "$@"
  fi
}
