# validate-deploy as a function in the private subnets: CodeDeploy calls it when the test listener leads to green, and it decides whether green
# gets the visitors. Its package is built and put into the artifact bucket by setup.sh; its checks are backend/deploy/validate.toml.

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

locals {
  account_id    = data.aws_caller_identity.current.account_id
  region        = data.aws_region.current.name
  function_name = "${var.name}-validate-deploy"
  # The test listener's certificate is for our name, and the API answers to our names only.
  checks = "${trimspace(var.checks)}\n\n[target]\nhost = \"${var.origin_host}\"\n"
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${local.function_name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_115:one deployment at a time calls it; reserving concurrency fails in new accounts, whose limit is 10
  #checkov:skip=CKV_AWS_116:a verdict that comes later than CodeDeploy waits is worth nothing; the alarm below tells of errors
  #checkov:skip=CKV_AWS_272:the package is pinned by its digest, which setup.sh writes with it
  function_name    = local.function_name
  description      = "Decides whether green may take traffic"
  role             = aws_iam_role.this.arn
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = ["x86_64"]
  memory_size      = 256
  timeout          = 900
  s3_bucket        = var.package.bucket
  s3_key           = var.package.key
  source_code_hash = var.package.sha256_base64
  kms_key_arn      = var.kms_key_arn

  environment {
    variables = {
      VALIDATE_CONFIG = local.checks
      REPORT_LOCATION = "s3://${var.report_bucket_name}/${var.report_prefix}"
      ENVIRONMENT     = var.environment
    }
  }
  vpc_config {
    subnet_ids         = var.subnet_ids
    security_group_ids = [var.security_group_id]
  }
  tracing_config {
    mode = "Active"
  }
  lifecycle {
    # https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (2026-11)
    precondition {
      condition     = length(local.checks) <= 3500
      error_message = "backend/deploy/validate.toml has ${length(local.checks)} characters; a function's environment holds 4 KiB, of which 3,500 are for the checks. Shorten it, or put it into S3 and name it as s3://bucket/key."
    }
    precondition {
      condition     = !can(regex("(?m)^\\[target\\]", var.checks))
      error_message = "backend/deploy/validate.toml has a section [target]; on AWS it is written by Terraform, as the host is another one in each environment. Remove it."
    }
  }

  depends_on = [aws_iam_role_policy.this, aws_cloudwatch_log_group.this]
}

# Nobody should find out by a release that takes an hour.
resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "${local.function_name}-errors"
  alarm_description   = "The hook failed without a verdict; CodeDeploy waits up to an hour for one. See its log /aws/lambda/${local.function_name}."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = local.function_name }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
}
