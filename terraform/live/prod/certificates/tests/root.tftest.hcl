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

override_resource {
  target = module.origin.aws_acm_certificate.this
  values = {
    domain_validation_options = [
      { domain_name = "origin.test.example.com", resource_record_name = "_a.", resource_record_type = "CNAME", resource_record_value = "_x." },
      { domain_name = "origin.www.example.com", resource_record_name = "_b.", resource_record_type = "CNAME", resource_record_value = "_y." },
    ]
  }
}

override_resource {
  target = module.site.aws_acm_certificate.this
  values = {
    domain_validation_options = [
      for host in ["test.example.com", "api.test.example.com", "www.example.com", "api.example.com"] :
      { domain_name = host, resource_record_name = "_${host}.", resource_record_type = "CNAME", resource_record_value = "_x." }
    ]
  }
}

run "as_configured" {
  assert {
    condition     = local.origin_host == "origin.${local.config.hosts.site}"
    error_message = "a name of its own for the load balancer"
  }
  assert {
    condition     = module.outputs.names["site_certificate_arn"] == "/greenlight/${local.environment}/certificates/site_certificate_arn"
    error_message = "the frontend finds its certificate"
  }
}
