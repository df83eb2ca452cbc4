# What the pipeline hands from action to action, the hook's package, its reports.

module "of" {
  source = "../../../../modules/root_inputs"

  project     = local.project
  environment = "shared"
  roots       = ["security"]
}

module "bucket" {
  source = "../../../../modules/artifact_bucket"

  bucket_name     = "${local.project}-artifacts-${local.config.aws_account_id}"
  pipeline_name   = local.project
  kms_key_arn     = module.of.of.security.kms_key_arn
  log_bucket_name = module.of.of.security.log_bucket_name
  artifact_days   = local.config.artifact_days
  report_days     = local.config.report_days
  protect         = local.config.protect
  # Roles of environments in accounts of their own; the operator's, because Lambda fetches the hook's package with the operator's rights.
  other_account_roles = {
    for id in distinct([for about in local.environments : about.aws_account_id]) : id => flatten([
      for name, about in local.environments : concat(
        [for role in ["deployer", "publish-build", "smoke-build", "validate-deploy", "backend-task"] : "${local.project}-${name}-${role}"],
        compact([try(about.operator_role_name, null)]),
      ) if about.aws_account_id == id
    ]) if id != local.shared.aws_account_id
  }
}

module "outputs" {
  source = "../../../../modules/root_outputs"

  project     = local.project
  environment = local.environment
  root        = "artifacts"
  values = {
    bucket_name = module.bucket.bucket_name
  }
}
