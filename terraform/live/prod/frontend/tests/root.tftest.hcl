# The root with the configuration of the tests: what it makes and how it is called. Modules are tested by themselves.

mock_provider "aws" {
  source = "../../../testing/mocks"
}

mock_provider "aws" {
  alias  = "us_east_1"
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
      certificates = {
        zone_id                = "Z0123456789ABCDEFGHIJ"
        origin_certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-1111-1111-1111-111111111111"
        site_certificate_arn   = "arn:aws:acm:us-east-1:123456789012:certificate/22222222-2222-2222-2222-222222222222"
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
    }
  }
}

run "as_configured" {
  assert {
    condition     = module.site.url == "https://${local.config.hosts.site}"
    error_message = "the site has its name"
  }
  assert {
    condition     = module.site.distribution_id == "EMOCK00000001"
    error_message = "publish-frontend finds the distribution"
  }
}
