mock_provider "aws" {
  source = "../../testing/mocks"

  override_resource {
    target = aws_cloudwatch_log_group.waf
    values = { arn = "arn:aws:logs:us-east-1:123456789012:log-group:aws-waf-logs-greenlight-test" }
  }
}

variables {
  name = "greenlight-test"
}

run "managed_rules_and_a_rate_limit" {
  assert {
    condition     = aws_wafv2_web_acl.this.scope == "CLOUDFRONT"
    error_message = "in front of CloudFront"
  }
  assert {
    condition = toset([for r in aws_wafv2_web_acl.this.rule : r.name]) == toset([
      "AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesCommonRuleSet", "RateLimit",
    ])
    error_message = "three groups of AWS and the limit"
  }
  assert {
    condition     = [for r in aws_wafv2_web_acl.this.rule : r.statement[0].rate_based_statement[0].limit if r.name == "RateLimit"] == [2000]
    error_message = "2000 requests in five minutes"
  }
}

run "events_of_the_pipeline_pass" {
  assert {
    condition = [for r in aws_wafv2_web_acl.this.rule : r.statement[0].managed_rule_group_statement[0].rule_action_override[0].name
    if r.name == "AWSManagedRulesCommonRuleSet"] == ["SizeRestrictions_BODY"]
    error_message = "bodies over 8 KiB are counted, not blocked"
  }
}

run "keys_are_not_logged" {
  assert {
    condition     = contains([for f in aws_wafv2_web_acl_logging_configuration.this.redacted_fields : f.single_header[0].name], "x-api-key")
    error_message = "the events key is redacted"
  }
  assert {
    condition     = startswith(aws_cloudwatch_log_group.waf.name, "aws-waf-logs-")
    error_message = "WAF refuses other names"
  }
}

run "refuses_no_limit" {
  command         = plan
  expect_failures = [var.requests_per_5_minutes, var.name]

  variables {
    requests_per_5_minutes = 0
    name                   = "a b"
  }
}
