mock_provider "aws" {
  source = "../../testing/mocks"
}

variables {
  project     = "greenlight"
  environment = "test"
  roots       = ["network"]
}

run "outputs_by_root_and_name" {
  override_data {
    target = data.aws_ssm_parameters_by_path.root
    values = {
      names  = ["/greenlight/test/network/vpc_id", "/greenlight/test/network/zones"]
      values = ["vpc-1", "a,b"]
    }
  }
  assert {
    condition     = output.of["network"]["vpc_id"] == "vpc-1" && output.of["network"]["zones"] == "a,b" && length(output.of) == 1
    error_message = "by the last part of the path"
  }
}

run "a_root_that_is_not_there_is_named" {
  command         = plan
  expect_failures = [data.aws_ssm_parameters_by_path.root]

  override_data {
    target = data.aws_ssm_parameters_by_path.root
    values = {
      names  = []
      values = []
    }
  }
}
