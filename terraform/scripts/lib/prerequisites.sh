# Names every missing program with how to install it. Sourced, after messages.sh.
# shellcheck shell=bash

at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n1)" = "$2" ]; }

# need PROGRAM...
need() {
  local program missing=
  for program in "$@"; do
    case $program in
      terraform)
        local found
        found=$(terraform version 2>/dev/null | sed -n '1s/^Terraform v//p') || found=
        at_least "${found:-0}" 1.11 || missing+="  Terraform 1.11 or newer (found: ${found:-none}): https://developer.hashicorp.com/terraform/install"$'\n'
        ;;
      aws) command -v aws >/dev/null || missing+="  the AWS CLI (aws): https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html"$'\n' ;;
      docker) command -v docker >/dev/null || missing+="  Docker: https://docs.docker.com/engine/install/"$'\n' ;;
      *) command -v "$program" >/dev/null || missing+="  $program: Debian: apt-get install $program; macOS: brew install $program"$'\n' ;;
    esac
  done
  [ -z "$missing" ] || die "$EXIT_CONFIGURATION" "something is not installed:"$'\n'"${missing%$'\n'}"
}
