mock_provider "aws" {
  source = "../../testing/mocks"
}

variables {
  project     = "greenlight"
  environment = "test"
  root        = "load_balancer"
  values      = { alb_dns_name = "internal-x.elb.amazonaws.com" }
}

run "paths_are_derived" {
  assert {
    condition     = aws_ssm_parameter.output["alb_dns_name"].name == "/greenlight/test/load_balancer/alb_dns_name"
    error_message = aws_ssm_parameter.output["alb_dns_name"].name
  }
  assert {
    condition     = aws_ssm_parameter.output["alb_dns_name"].type == "String" && nonsensitive(aws_ssm_parameter.output["alb_dns_name"].value) == "internal-x.elb.amazonaws.com"
    error_message = "readable as it is"
  }
}

run "refuses_what_ssm_refuses" {
  command         = plan
  expect_failures = [var.values, var.root]

  variables {
    root   = "setup/registry"
    values = { "Vpc-Id" = "" }
  }
}
