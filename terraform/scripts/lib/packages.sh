# What the first deployment starts with: the API's image and the hook's package. Sourced, after parameters.sh.
# shellcheck shell=bash

commit() { git -C "$PROJECT_ROOT" rev-parse --short=12 HEAD; }

# The image that the service begins with, before the pipeline has built one. Tags in the repository are immutable.
push_bootstrap_image() {
  local project account region profile registry image known
  project=$(configuration get shared project) account=$(configuration get shared aws_account_id)
  region=$(configuration get shared aws_region_name) profile=$(configuration get shared aws_profile_name)
  registry=$account.dkr.ecr.$region.amazonaws.com
  known=$([ -n "${DRY_RUN:-}" ] || parameter shared "/$project/shared/setup/bootstrap_image")
  if [ -n "$known" ] && aws ecr describe-images --repository-name "$project/backend" --image-ids "imageTag=${known##*:}" \
    --profile "$profile" --region "$region" >/dev/null 2>&1; then
    say "the first image is there: $known"
    return
  fi
  image=$registry/$project/backend:bootstrap-$(commit)
  say "building the first image"
  if [ -n "${DRY_RUN:-}" ]; then
    run docker build --platform linux/amd64 --pull --tag "$image" "$PROJECT_ROOT/backend"
    run docker push "$image"
  else
    printf '%s' "$DOCKER_HUB_PASSWORD" | docker login --username "$DOCKER_HUB_USERNAME" --password-stdin >&2 ||
      die "$EXIT_PERMISSION" "Docker Hub refuses DOCKER_HUB_USERNAME and DOCKER_HUB_PASSWORD"
    aws ecr get-login-password --profile "$profile" --region "$region" | docker login --username AWS --password-stdin "$registry" >&2 ||
      die "$EXIT_PERMISSION" "the registry $registry refuses the profile $profile"
    docker build --platform linux/amd64 --pull --tag "$image" "$PROJECT_ROOT/backend" >&2 || die "$EXIT_REFUSED" "the image could not be built"
    # It may be there from a run that ended before the parameter was written.
    aws ecr describe-images --repository-name "$project/backend" --image-ids "imageTag=${image##*:}" --profile "$profile" --region "$region" >/dev/null 2>&1 ||
      docker push "$image" >&2 || die "$EXIT_UNAVAILABLE" "the image could not be pushed" "run ./setup.sh again"
  fi
  printf '%s' "$image" | keep_parameter shared "/$project/shared/setup/bootstrap_image" String "Image that services start with"
}

# validate-deploy for Lambda. Built in a container whose C library is older than Lambda's; the same sources give the same package.
upload_hook() {
  local project bucket profile region toolchain folder zip digest key
  project=$(configuration get shared project) profile=$(configuration get shared aws_profile_name)
  region=$(configuration get shared aws_region_name)
  bucket=$project-artifacts-$(configuration get shared aws_account_id)
  toolchain=$(sed -n 's/^channel = "\(.*\)"/\1/p' "$PROJECT_ROOT/rust-toolchain.toml")
  folder=$PROJECT_ROOT/target/lambda
  say "building the hook"
  run docker run --rm --platform linux/amd64 --user "$(id -u):$(id -g)" --volume "$PROJECT_ROOT:/src" --workdir /src \
    --env CARGO_TARGET_DIR=/src/target/lambda --env CARGO_HOME=/src/target/lambda/cargo --env RUSTUP_TOOLCHAIN="$toolchain" \
    "rust:$toolchain-bullseye" cargo build --locked --release --package validate-deploy >&2 ||
    die "$EXIT_REFUSED" "the hook could not be built"
  if [ -n "${DRY_RUN:-}" ]; then
    run aws s3 cp "$folder/hook.zip" "s3://$bucket/hook/DIGEST.zip" --profile "$profile" --region "$region"
    printf DIGEST | keep_parameter shared "/$project/shared/setup/hook_package_key" String "Package of validate-deploy"
    printf DIGEST | keep_parameter shared "/$project/shared/setup/hook_package_sha256" String "Its SHA-256 in base64"
    return
  fi
  zip=$folder/hook.zip
  digest=$(python3 "$PROJECT_ROOT/terraform/scripts/package_hook.py" "$folder/release/validate-deploy" "$zip") ||
    die "$EXIT_REFUSED" "the hook could not be packed"
  key=hook/${digest%% *}.zip
  aws s3api head-object --bucket "$bucket" --key "$key" --profile "$profile" --region "$region" >/dev/null 2>&1 ||
    aws s3 cp "$zip" "s3://$bucket/$key" --profile "$profile" --region "$region" >&2 ||
    die "$EXIT_UNAVAILABLE" "the hook's package could not be uploaded to $bucket" "run ./setup.sh again"
  printf '%s' "$key" | keep_parameter shared "/$project/shared/setup/hook_package_key" String "Package of validate-deploy"
  printf '%s' "${digest#* }" | keep_parameter shared "/$project/shared/setup/hook_package_sha256" String "Its SHA-256 in base64"
}
