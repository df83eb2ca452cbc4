mock_provider "aws" {
  source = "../../testing/mocks"
}

variables {
  name              = "greenlight-test"
  vpc_id            = "vpc-0123456789abcdef0"
  subnet_ids        = ["subnet-a", "subnet-b", "subnet-c"]
  security_group_id = "sg-0123456789abcdef0"
  certificate_arn   = "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-1111-1111-1111-111111111111"
  zone_id           = "Z0123456789ABCDEFGHIJ"
  origin_host       = "origin.test.example.com"
  log_bucket_name   = "greenlight-test-logs-123456789012"
  protect           = true
}

run "only_cloudfront_and_the_hook_can_reach_it" {
  assert {
    condition     = aws_lb.this.internal
    error_message = "it has no public address"
  }
  assert {
    condition     = aws_lb.this.drop_invalid_header_fields && aws_lb.this.desync_mitigation_mode == "strictest" && aws_lb.this.enable_deletion_protection
    error_message = "hardened"
  }
  assert {
    condition     = aws_lb.this.access_logs[0].enabled && aws_lb.this.access_logs[0].prefix == "alb/greenlight-test"
    error_message = "access is logged where the log bucket lets it be"
  }
}

run "two_colours_that_codedeploy_knows" {
  assert {
    condition     = output.target_group_names == { blue = "greenlight-test-blue", green = "greenlight-test-green" }
    error_message = "names of blue and green"
  }
  assert {
    condition     = alltrue([for g in aws_lb_target_group.this : g.target_type == "ip" && g.port == 8000 && g.health_check[0].path == "/api/health" && g.health_check[0].matcher == "200"])
    error_message = "Fargate's targets are addresses, and health is asked of the API"
  }
  assert {
    condition     = alltrue([for g in aws_lb_target_group.this : tonumber(g.deregistration_delay) <= 30])
    error_message = "not longer than a container may take to stop"
  }
}

run "production_test_and_redirect_listener" {
  assert {
    condition     = aws_lb_listener.production.port == 443 && aws_lb_listener.test.port == 8443 && aws_lb_listener.redirect.port == 80
    error_message = "three listeners"
  }
  assert {
    condition     = alltrue([for l in [aws_lb_listener.production, aws_lb_listener.test] : l.protocol == "HTTPS" && l.ssl_policy == "ELBSecurityPolicy-TLS13-1-2-2021-06"])
    error_message = "both speak TLS 1.2 at least"
  }
  assert {
    condition     = aws_lb_listener.redirect.default_action[0].redirect[0].protocol == "HTTPS" && aws_lb_listener.redirect.default_action[0].redirect[0].status_code == "HTTP_301"
    error_message = "plain HTTP is sent away"
  }
  assert {
    condition     = aws_route53_record.origin.name == "origin.test.example.com"
    error_message = "the certificate's name leads here"
  }
}

run "refuses_what_aws_refuses" {
  command         = plan
  expect_failures = [var.name, var.subnet_ids, var.test_port, var.ssl_policy, var.health_check_path]

  variables {
    name              = "internal-alb"
    subnet_ids        = ["subnet-a"]
    test_port         = 443
    ssl_policy        = "ELBSecurityPolicy-2016-08"
    health_check_path = "health"
  }
}

run "refuses_names_that_are_too_long_for_a_target_group" {
  command         = plan
  expect_failures = [aws_lb_target_group.this]

  variables {
    name = "greenlight-of-our-department-te"
  }
}
