# The root with the configuration of the tests: what it makes and how it is called. Modules are tested by themselves.

mock_provider "aws" {
  source = "../../../../testing/mocks"
}

variables {
  config_dir = "../../../../../tests/scripts/fixtures/config"
}

run "as_configured" {
  assert {
    condition     = output.bucket_name == "greenlight-tfstate-123456789012" && output.lock_table_name == "greenlight-tfstate-lock"
    error_message = "the names of the configuration"
  }
}
