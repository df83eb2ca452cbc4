# The root with the configuration of the tests: what it makes and how it is called. Modules are tested by themselves.

mock_provider "aws" {
  source = "../../../../testing/mocks"
}

variables {
  config_dir = "../../../../../tests/scripts/fixtures/config"
}

run "as_configured" {
  assert {
    condition     = length(aws_codeconnections_connection.github) == 1 && aws_codeconnections_connection.github[0].provider_type == "GitHub"
    error_message = "a connection is made where the configuration wants one"
  }
}

run "accounts_of_their_own" {
  variables {
    config_dir = "../../../../../tests/scripts/fixtures/accounts"
  }
  assert {
    condition     = length(aws_codeconnections_connection.github) == 0
    error_message = "none is made where there is one"
  }
}
