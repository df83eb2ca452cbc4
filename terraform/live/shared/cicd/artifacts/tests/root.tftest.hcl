# The root with the configuration of the tests: what it makes and how it is called. Modules are tested by themselves.

mock_provider "aws" {
  source = "../../../../testing/mocks"
}

variables {
  config_dir = "../../../../../tests/scripts/fixtures/config"
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
    }
  }
}

run "as_configured" {
  assert {
    condition     = module.bucket.bucket_name == "greenlight-artifacts-123456789012"
    error_message = "the bucket that approve and the hook know"
  }
}

run "accounts_of_their_own" {
  variables {
    config_dir = "../../../../../tests/scripts/fixtures/accounts"
  }
  assert {
    condition     = module.bucket.bucket_name == "greenlight-artifacts-210987654321"
    error_message = "in the pipeline's account"
  }
}
