# One CodeBuild project of the pipeline: runs one buildspec of the repository, with a role that may log, read and write the pipeline's
# artifacts, and what its caller adds. What it builds is said in buildspecs/.

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

locals {
  account_id     = data.aws_caller_identity.current.account_id
  region         = data.aws_region.current.name
  log_group_name = "/aws/codebuild/${var.name}"
  cache_prefix   = "cache/${var.name}"
}

resource "aws_cloudwatch_log_group" "this" {
  name              = local.log_group_name
  retention_in_days = var.log_retention_days
  kms_key_id        = var.log_kms_key_arn
}

resource "aws_codebuild_project" "this" {
  #checkov:skip=CKV_AWS_316:docker build needs a privileged build; only the backend's project sets it
  name                   = var.name
  description            = var.description
  service_role           = aws_iam_role.this.arn
  build_timeout          = var.timeout_minutes
  queued_timeout         = 60
  encryption_key         = var.artifact_kms_key_arn
  concurrent_build_limit = 1

  source {
    type      = "CODEPIPELINE"
    buildspec = var.buildspec
  }
  artifacts {
    type = "CODEPIPELINE"
  }
  environment {
    type            = "LINUX_CONTAINER"
    image           = var.image
    compute_type    = var.compute_type
    privileged_mode = var.docker

    dynamic "environment_variable" {
      for_each = var.environment_variables

      content {
        name  = environment_variable.key
        value = environment_variable.value
        type  = "PLAINTEXT"
      }
    }
    dynamic "environment_variable" {
      for_each = var.parameter_variables

      content {
        name  = environment_variable.key
        value = environment_variable.value
        type  = "PARAMETER_STORE"
      }
    }
  }
  cache {
    type     = var.cache ? "S3" : "NO_CACHE"
    location = var.cache ? "${var.artifact_bucket_name}/${local.cache_prefix}" : null
  }
  logs_config {
    cloudwatch_logs {
      status     = "ENABLED"
      group_name = aws_cloudwatch_log_group.this.name
    }
  }

  depends_on = [aws_iam_role_policy.base]
}
