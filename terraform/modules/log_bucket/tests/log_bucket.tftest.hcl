mock_provider "aws" {
  source = "../../testing/mocks"
}

variables {
  bucket_name    = "greenlight-test-logs-123456789012"
  retention_days = 30
}

run "only_log_deliveries_write" {
  assert {
    condition     = [for s in jsondecode(aws_s3_bucket_policy.logs.policy).Statement : s.Principal.Service if s.Effect == "Allow"] == ["logdelivery.elasticloadbalancing.amazonaws.com", "logging.s3.amazonaws.com"]
    error_message = "load balancers and buckets, nobody else"
  }
  assert {
    condition     = alltrue([for s in jsondecode(aws_s3_bucket_policy.logs.policy).Statement : s.Action == "s3:PutObject" if s.Effect == "Allow"])
    error_message = "they write, they do not read"
  }
  assert {
    condition     = [for s in jsondecode(aws_s3_bucket_policy.logs.policy).Statement : s.Resource if s.Sid == "LoadBalancers"] == ["arn:aws:s3:::mock-bucket/alb/*/AWSLogs/123456789012/*"]
    error_message = "load balancers of this account only"
  }
  assert {
    condition     = aws_s3_bucket_public_access_block.logs.restrict_public_buckets && aws_s3_bucket_public_access_block.logs.block_public_acls
    error_message = "not public"
  }
}

run "logs_expire" {
  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.logs.rule[0].expiration[0].days == 30
    error_message = "after retention_days"
  }
}

run "refuses_no_retention" {
  command         = plan
  expect_failures = [var.retention_days, var.bucket_name]

  variables {
    retention_days = 0
    bucket_name    = "Upper"
  }
}
