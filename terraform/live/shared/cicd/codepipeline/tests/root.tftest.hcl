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
      artifacts = { bucket_name = "greenlight-artifacts-123456789012" }
      codebuild = { verify = "greenlight-verify", tools = "greenlight-tools", backend = "greenlight-backend", frontend = "greenlight-frontend" }
    }
  }
}

override_module {
  target = module.of_test
  outputs = {
    of = {
      frontend = { bucket_name = "greenlight-test-site-123456789012", distribution_id = "EMOCK00000001", url = "https://test.example.com" }
      deployment = {
        codedeploy_application = "greenlight-test", codedeploy_group = "backend", codedeploy_config = "CodeDeployDefault.ECSAllAtOnce"
        publish_project        = "greenlight-test-publish", smoke_project = "greenlight-test-smoke"
      }
    }
  }
}

override_module {
  target = module.of_prod
  outputs = {
    of = {
      frontend = { bucket_name = "greenlight-prod-site-123456789012", distribution_id = "EMOCK00000001", url = "https://prod.example.com" }
      deployment = {
        codedeploy_application = "greenlight-prod", codedeploy_group = "backend", codedeploy_config = "CodeDeployDefault.ECSAllAtOnce"
        publish_project        = "greenlight-prod-publish", smoke_project = "greenlight-prod-smoke"
      }
    }
  }
}

override_data {
  target = data.aws_ssm_parameter.connection
  values = { value = "arn:aws:codeconnections:eu-central-1:123456789012:connection/01234567-89ab-cdef-0123-456789abcdef" }
}

override_data {
  target = data.aws_ssm_parameter.events_key_test
  values = { value = "0123456789abcdef0123456789abcdef" }
}

override_data {
  target = data.aws_ssm_parameter.events_key_prod
  values = { value = "fedcba9876543210fedcba9876543210" }
}

run "as_configured" {
  assert {
    condition     = module.pipeline.name == "greenlight"
    error_message = "the name that approve is given"
  }
  assert {
    condition     = module.events_test.rule_name != module.events_prod.rule_name
    error_message = "both journals hear of releases"
  }
}

run "accounts_of_their_own" {
  variables {
    config_dir = "../../../../../tests/scripts/fixtures/accounts"
  }
  assert {
    condition     = module.pipeline.name == "greenlight"
    error_message = "the pipeline takes the deployers; its module's tests look at the roles"
  }
}
