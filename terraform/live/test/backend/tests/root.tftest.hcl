# The root with the configuration of the tests: what it makes and how it is called. Modules are tested by themselves.

mock_provider "aws" {
  source = "../../../testing/mocks"
}

mock_provider "aws" {
  alias  = "shared"
  source = "../../../testing/mocks"
}

variables {
  config_dir = "../../../../tests/scripts/fixtures/config"
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
      network = { vpc_id = "vpc-0123456789abcdef0", private_subnet_ids = "subnet-a,subnet-b,subnet-c", public_subnet_ids = "subnet-d,subnet-e,subnet-f" }
      database = {
        table_arn       = "arn:aws:dynamodb:eu-central-1:123456789012:table/journal", table_name = "journal"
        alarm_topic_arn = "arn:aws:sns:eu-central-1:123456789012:alarms"
      }
      load_balancer = {
        alb_arn                 = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/x/1"
        alb_arn_suffix          = "app/x/1"
        production_listener_arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/x/1/2"
        test_listener_arn       = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/x/1/3"
        blue_arn                = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/blue/1"
        green_arn               = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/green/2"
        blue_arn_suffix         = "targetgroup/blue/1"
        green_arn_suffix        = "targetgroup/green/2"
        task_security_group_id  = "sg-0123456789abcdef0"
        hook_security_group_id  = "sg-0123456789abcdef1"
      }
      cluster = { name = "cluster", arn = "arn:aws:ecs:eu-central-1:123456789012:cluster/x" }
    }
  }
}

override_module {
  target = module.of_shared
  outputs = {
    of = {
      artifacts = { bucket_name = "greenlight-artifacts-123456789012" }
      security  = { kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/22222222-2222-2222-2222-222222222222" }
      setup = {
        bootstrap_image     = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/greenlight/backend:bootstrap-0123abc"
        hook_package_key    = "hook/0123456789abcdef.zip"
        hook_package_sha256 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
      }
    }
  }
}

run "as_configured" {
  assert {
    condition     = module.service.service_name == "backend"
    error_message = "the name in render.toml"
  }
  assert {
    condition     = length(module.service.rollback_alarm_names) == 3
    error_message = "CodeDeploy has alarms to roll back on"
  }
}
