# The root with the configuration of the tests: what it makes and how it is called. Modules are tested by themselves.

mock_provider "aws" {
  source = "../../../../testing/mocks"
}

mock_provider "aws" {
  alias  = "test"
  source = "../../../../testing/mocks"
}

mock_provider "aws" {
  alias  = "prod"
  source = "../../../../testing/mocks"
}

variables {
  config_dir = "../../../../../tests/scripts/fixtures/config"
}

run "as_configured" {
  assert {
    condition     = module.shared.kms_key_arn != "" && module.test.kms_key_arn != "" && module.prod.kms_key_arn != ""
    error_message = "a key for each"
  }
}
