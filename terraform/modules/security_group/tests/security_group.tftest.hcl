mock_provider "aws" {
  source = "../../testing/mocks"
}

variables {
  name        = "greenlight-test-alb"
  description = "Load balancer of the test environment"
  vpc_id      = "vpc-0123456789abcdef0"
  ingress = {
    cloudfront = { description = "CloudFront", port = 443, prefix_list_id = "pl-a3a144ca" }
    hook       = { description = "the hook", port = 8443, security_group_id = "sg-0123456789abcdef0" }
  }
  egress = {
    tasks = { description = "tasks", port = 8000, cidr = "10.0.0.0/16" }
  }
}

run "one_port_one_source_each" {
  assert {
    condition = { for k, r in aws_vpc_security_group_ingress_rule.this : k => "${r.from_port}-${r.to_port} ${coalesce(r.prefix_list_id, r.referenced_security_group_id)}" } == {
      cloudfront = "443-443 pl-a3a144ca", hook = "8443-8443 sg-0123456789abcdef0"
    }
    error_message = "as asked for, no more"
  }
  assert {
    condition     = aws_vpc_security_group_egress_rule.this["tasks"].from_port == 8000 && aws_vpc_security_group_egress_rule.this["tasks"].cidr_ipv4 == "10.0.0.0/16"
    error_message = "one port out"
  }
}

run "refuses_the_world" {
  command         = plan
  expect_failures = [var.ingress]

  variables {
    ingress = { all = { description = "everybody", port = 443, cidr = "0.0.0.0/0" } }
  }
}

run "refuses_two_sources" {
  command         = plan
  expect_failures = [var.ingress, var.egress, var.name]

  variables {
    name    = "sg-alb"
    ingress = { both = { description = "both", port = 443, cidr = "10.0.0.0/16", security_group_id = "sg-0123456789abcdef0" } }
    egress  = { none = { description = "none", port = 443 } }
  }
}
