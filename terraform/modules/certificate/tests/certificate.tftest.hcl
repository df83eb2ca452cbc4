mock_provider "aws" {
  source = "../../testing/mocks"

  override_resource {
    target = aws_acm_certificate.this
    values = {
      arn = "arn:aws:acm:eu-central-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
      domain_validation_options = [
        { domain_name = "test.example.com", resource_record_name = "_a.test.example.com.", resource_record_type = "CNAME", resource_record_value = "_x.acm-validations.aws." },
        { domain_name = "api.test.example.com", resource_record_name = "_b.api.test.example.com.", resource_record_type = "CNAME", resource_record_value = "_y.acm-validations.aws." },
      ]
    }
  }
}

variables {
  domain_name       = "test.example.com"
  alternative_names = ["api.test.example.com"]
  zone_id           = "Z0123456789ABCDEFGHIJ"
}

run "proves_itself_by_dns" {
  assert {
    condition     = aws_acm_certificate.this.validation_method == "DNS"
    error_message = "only DNS validation renews itself"
  }
  assert {
    condition     = { for name, r in aws_route53_record.validation : name => "${r.name} ${one(r.records)}" } == { "test.example.com" = "_a.test.example.com. _x.acm-validations.aws.", "api.test.example.com" = "_b.api.test.example.com. _y.acm-validations.aws." }
    error_message = "each name has its own record"
  }
  assert {
    condition     = output.arn == aws_acm_certificate_validation.this.certificate_arn
    error_message = "handed on only when it is issued"
  }
}

run "refuses_what_acm_refuses" {
  command         = plan
  expect_failures = [var.domain_name, var.alternative_names]

  variables {
    domain_name       = "<domain>"
    alternative_names = ["a.example.com", "a.example.com"]
  }
}
