mock_provider "aws" {
  source = "../../testing/mocks"
}

variables {
  alias       = "greenlight-test"
  description = "Everything of the test environment"
}

run "closed_by_default" {
  assert {
    condition     = aws_kms_key.this.enable_key_rotation && aws_kms_key.this.deletion_window_in_days == 30
    error_message = "the key rotates and can be restored for a month"
  }
  assert {
    condition     = [for s in jsondecode(aws_kms_key.this.policy).Statement : s.Sid] == ["IamPoliciesOfThisAccount"]
    error_message = "nobody but this account's IAM: ${aws_kms_key.this.policy}"
  }
  assert {
    condition     = aws_kms_alias.this.name == "alias/greenlight-test"
    error_message = aws_kms_alias.this.name
  }
}

run "who_is_asked_for_gets_in_under_conditions" {
  variables {
    allow_logs          = true
    allow_cloudfront    = true
    publishing_services = ["cloudwatch.amazonaws.com", "events.amazonaws.com"]
    other_account_ids   = ["210987654321"]
  }

  assert {
    condition     = alltrue([for s in jsondecode(aws_kms_key.this.policy).Statement : s.Sid == "IamPoliciesOfThisAccount" || can(s.Condition)])
    error_message = "every statement but the account's own has a condition"
  }
  assert {
    condition = [for s in jsondecode(aws_kms_key.this.policy).Statement : s.Condition.ArnLike["kms:EncryptionContext:aws:logs:arn"]
    if s.Sid == "CloudWatchLogs"] == ["arn:aws:logs:eu-central-1:123456789012:log-group:*"]
    error_message = "log groups of this account and region only"
  }
  assert {
    condition     = [for s in jsondecode(aws_kms_key.this.policy).Statement : s.Action if s.Sid == "CloudFrontOfThisAccount"] == [["kms:Decrypt"]]
    error_message = "CloudFront only reads"
  }
  assert {
    condition = [for s in jsondecode(aws_kms_key.this.policy).Statement : s.Condition.StringEquals["kms:ViaService"]
    if s.Sid == "OtherAccountsThroughServices"] == [["s3.eu-central-1.amazonaws.com", "ecr.eu-central-1.amazonaws.com"]]
    error_message = "other accounts only through S3 and ECR"
  }
}

run "refuses_an_alias_with_prefix" {
  command         = plan
  expect_failures = [var.alias, var.other_account_ids, var.deletion_window_days, var.publishing_services]

  variables {
    alias                = "aws/s3"
    other_account_ids    = ["1234"]
    deletion_window_days = 3
    publishing_services  = ["cloudwatch"]
  }
}
