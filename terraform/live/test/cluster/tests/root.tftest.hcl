# The root with the configuration of the tests: what it makes and how it is called. Modules are tested by themselves.

mock_provider "aws" {
  source = "../../../testing/mocks"
}

variables {
  config_dir = "../../../../tests/scripts/fixtures/config"
}

run "as_configured" {
  assert {
    condition     = module.cluster.name == "greenlight-${local.environment}"
    error_message = "the name in render.toml"
  }
}
