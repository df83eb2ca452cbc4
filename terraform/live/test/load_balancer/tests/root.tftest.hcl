# The root with the configuration of the tests: what it makes and how it is called. Modules are tested by themselves.

mock_provider "aws" {
  source = "../../../testing/mocks"
}

variables {
  config_dir = "../../../../tests/scripts/fixtures/config"
}

override_module {
  target = module.of
  outputs = {
    of = {
      security = {
        kms_key_arn            = "arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-1111-1111-111111111111"
        boundary_arn           = "arn:aws:iam::123456789012:policy/greenlight-boundary"
        log_bucket_name        = "greenlight-logs-123456789012"
        log_bucket_domain_name = "greenlight-logs-123456789012.s3.amazonaws.com"
      }
      network = { vpc_id = "vpc-0123456789abcdef0", private_subnet_ids = "subnet-a,subnet-b,subnet-c", public_subnet_ids = "subnet-d,subnet-e,subnet-f" }
      certificates = {
        zone_id                = "Z0123456789ABCDEFGHIJ"
        origin_certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-1111-1111-1111-111111111111"
        site_certificate_arn   = "arn:aws:acm:us-east-1:123456789012:certificate/22222222-2222-2222-2222-222222222222"
      }
    }
  }
}

run "as_configured" {
  assert {
    condition     = join(" ", values(module.alb.target_group_names)) == "greenlight-${local.environment}-blue greenlight-${local.environment}-green"
    error_message = "the names that CodeDeploy is given"
  }
  assert {
    condition     = module.alb.origin_host == local.origin_host
    error_message = "CloudFront and the hook use this name"
  }
}
