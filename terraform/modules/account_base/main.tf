# What an environment needs before anything else: its key, the upper limit of its roles, its bucket for access logs. In the account and region
# of the provider that is given.

data "aws_caller_identity" "current" {}

module "key" {
  source = "../kms_key"

  alias               = var.name
  description         = "Logs, secrets, data and artifacts of ${var.name}"
  allow_logs          = true
  allow_cloudfront    = true
  publishing_services = ["cloudwatch.amazonaws.com", "codepipeline.amazonaws.com", "events.amazonaws.com"]
  other_account_ids   = var.other_account_ids
}

module "boundary" {
  source = "../iam_boundary"

  name    = "${var.name}-boundary"
  project = var.project
}

module "logs" {
  source = "../log_bucket"

  bucket_name    = "${var.name}-logs-${data.aws_caller_identity.current.account_id}"
  retention_days = var.access_log_days
  protect        = var.protect
}

module "outputs" {
  source = "../root_outputs"

  project     = var.project
  environment = var.environment
  root        = "security"
  values = {
    kms_key_arn            = module.key.arn
    boundary_arn           = module.boundary.arn
    log_bucket_name        = module.logs.bucket_name
    log_bucket_domain_name = module.logs.bucket_domain_name
  }
}
