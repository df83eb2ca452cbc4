mock_provider "aws" {
  source = "../../testing/mocks"
}

variables {
  project         = "greenlight"
  environment     = "test"
  name            = "greenlight-test"
  access_log_days = 30
  protect         = true
}

run "key_boundary_and_logs_are_told" {
  assert {
    condition = toset(values(module.outputs.names)) == toset([
      "/greenlight/test/security/kms_key_arn", "/greenlight/test/security/boundary_arn",
      "/greenlight/test/security/log_bucket_name", "/greenlight/test/security/log_bucket_domain_name",
    ])
    error_message = "other roots find all of it"
  }
  assert {
    condition     = module.logs.bucket_name == "greenlight-test-logs-123456789012" && module.key.alias == "alias/greenlight-test"
    error_message = "names"
  }
}
