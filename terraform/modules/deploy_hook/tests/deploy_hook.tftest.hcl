mock_provider "aws" {
  source = "../../testing/mocks"
}

variables {
  name                     = "greenlight-test"
  environment              = "test"
  checks                   = "report = \"$${env:REPORT_LOCATION}\"\n\n[[check]]\nname = \"alive\"\npath = \"/api/health\"\n"
  package                  = { bucket = "greenlight-artifacts-123456789012", key = "hook/0123456789abcdef.zip", sha256_base64 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" }
  origin_host              = "origin.test.example.com"
  subnet_ids               = ["subnet-a", "subnet-b"]
  security_group_id        = "sg-0123456789abcdef0"
  codedeploy_application   = "greenlight-test"
  codedeploy_group         = "backend"
  cluster_name             = "greenlight-test"
  service_name             = "backend"
  report_bucket_name       = "greenlight-artifacts-123456789012"
  report_prefix            = "reports/test"
  report_kms_key_arn       = "arn:aws:kms:eu-central-1:123456789012:key/22222222-2222-2222-2222-222222222222"
  kms_key_arn              = "arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-1111-1111-111111111111"
  permissions_boundary_arn = "arn:aws:iam::123456789012:policy/greenlight-test-boundary"
}

run "the_function_that_the_appspec_names" {
  assert {
    condition     = aws_lambda_function.this.function_name == "greenlight-test-validate-deploy"
    error_message = "the name in backend/deploy/appspec.yaml"
  }
  assert {
    condition     = aws_lambda_function.this.timeout == 900 && aws_lambda_function.this.runtime == "provided.al2023"
    error_message = "all the time that Lambda gives"
  }
  assert {
    condition     = aws_lambda_function.this.source_code_hash == var.package.sha256_base64 && aws_lambda_function.this.kms_key_arn == var.kms_key_arn
    error_message = "pinned and encrypted"
  }
  assert {
    condition     = length(aws_lambda_function.this.vpc_config[0].subnet_ids) == 2
    error_message = "where the internal load balancer can be reached"
  }
}

run "checks_know_the_certificates_name" {
  assert {
    condition     = endswith(aws_lambda_function.this.environment[0].variables["VALIDATE_CONFIG"], "\n[target]\nhost = \"origin.test.example.com\"\n")
    error_message = "target.host is this environment's"
  }
  assert {
    condition     = aws_lambda_function.this.environment[0].variables["REPORT_LOCATION"] == "s3://greenlight-artifacts-123456789012/reports/test"
    error_message = "reports go where approve looks for them"
  }
}

run "it_judges_one_group_and_writes_one_prefix" {
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.this.policy).Statement : s.Resource if s.Sid == "VerdictOfOneGroup"] == ["arn:aws:codedeploy:eu-central-1:123456789012:deploymentgroup:greenlight-test/backend"]
    error_message = "verdicts about its own deployment group only"
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.this.policy).Statement : s.Resource if s.Sid == "Report"] == ["arn:aws:s3:::greenlight-artifacts-123456789012/reports/test/*"]
    error_message = "reports of its own environment only"
  }
  assert {
    condition     = toset([for s in jsondecode(aws_iam_role_policy.this.policy).Statement : s.Sid if flatten([s.Resource]) == ["*"]]) == toset(["DiscoverGreen", "NetworkInterfaces", "Trace"])
    error_message = "only what has no resources is for all"
  }
  assert {
    condition     = aws_iam_role.this.permissions_boundary == var.permissions_boundary_arn
    error_message = "the role has the boundary"
  }
}

run "refuses_checks_with_a_target" {
  command         = plan
  expect_failures = [aws_lambda_function.this]

  variables {
    checks = "report = \"$${env:REPORT_LOCATION}\"\n[target]\nhost = \"x\"\n[[check]]\nname = \"alive\"\n"
  }
}

run "refuses_checks_that_do_not_fit" {
  command         = plan
  expect_failures = [aws_lambda_function.this]

  variables {
    checks = "report = \"$${env:REPORT_LOCATION}\"\n[[check]]\n${join("", [for i in range(200) : "# twenty characters.."])}"
  }
}

run "refuses_a_package_that_setup_did_not_make" {
  command         = plan
  expect_failures = [var.package, var.checks, var.report_prefix]

  variables {
    package       = { bucket = "b", key = "latest.zip", sha256_base64 = "x" }
    checks        = ""
    report_prefix = "/reports/"
  }
}
