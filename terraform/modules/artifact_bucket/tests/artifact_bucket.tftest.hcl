mock_provider "aws" {
  source = "../../testing/mocks"
}

variables {
  bucket_name     = "greenlight-artifacts-123456789012"
  pipeline_name   = "greenlight"
  kms_key_arn     = "arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-1111-1111-111111111111"
  log_bucket_name = "greenlight-shared-logs-123456789012"
}

run "one_account" {
  assert {
    condition     = [for s in jsondecode(aws_s3_bucket_policy.artifacts.policy).Statement : s.Effect] == ["Deny"]
    error_message = "with one account the bucket policy lets nobody in: IAM policies do"
  }
  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.artifacts.rule).apply_server_side_encryption_by_default[0].kms_master_key_id == var.kms_key_arn
    error_message = "encrypted with our key"
  }
  assert {
    condition     = aws_s3_bucket_versioning.artifacts.versioning_configuration[0].status == "Enabled"
    error_message = "CodePipeline reads artifacts by version"
  }
  assert {
    condition     = aws_s3_bucket_logging.artifacts.target_prefix == "s3/greenlight-artifacts-123456789012/"
    error_message = "access is logged"
  }
  assert {
    condition     = aws_s3_bucket_public_access_block.artifacts.block_public_policy && !aws_s3_bucket.artifacts.force_destroy
    error_message = "private, and kept"
  }
}

run "reports_outlive_artifacts" {
  assert {
    condition     = { for r in aws_s3_bucket_lifecycle_configuration.artifacts.rule : r.id => r.expiration[0].days if length(r.expiration) > 0 } == { artifacts = 90, reports = 365, caches = 30 }
    error_message = "both expire, reports later"
  }
  assert {
    condition     = [for r in aws_s3_bucket_lifecycle_configuration.artifacts.rule : r.filter[0].prefix if r.id == "artifacts"] == ["greenlight/"]
    error_message = "the hook's package under hook/ does not expire with the artifacts"
  }
}

run "other_accounts_by_role_name" {
  variables {
    other_account_roles = { "210987654321" = ["greenlight-prod-deployer", "greenlight-prod-publish-build"] }
  }
  assert {
    condition = [for s in jsondecode(aws_s3_bucket_policy.artifacts.policy).Statement : s.Condition.ArnEquals["aws:PrincipalArn"] if s.Effect == "Allow"] == [
      ["arn:aws:iam::210987654321:role/greenlight-prod-deployer", "arn:aws:iam::210987654321:role/greenlight-prod-publish-build"]
    ]
    error_message = "only the named roles of the other account"
  }
  assert {
    condition     = alltrue([for s in jsondecode(aws_s3_bucket_policy.artifacts.policy).Statement : !contains(flatten([s.Action]), "s3:DeleteObject") if s.Effect == "Allow"])
    error_message = "nobody deletes"
  }
}

run "refuses_what_an_approval_outlives" {
  command         = plan
  expect_failures = [var.artifact_days, var.report_days, var.other_account_roles]

  variables {
    artifact_days       = 3
    report_days         = 1
    other_account_roles = { prod = [] }
  }
}
