mock_provider "aws" {
  source = "../../testing/mocks"
}

variables {
  name        = "greenlight-approvals"
  kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-1111-1111-111111111111"
}

run "encrypted_and_closed" {
  assert {
    condition     = aws_sns_topic.this.kms_master_key_id == var.kms_key_arn
    error_message = "encrypted"
  }
  assert {
    condition     = [for s in jsondecode(aws_sns_topic_policy.this.policy).Statement : s.Sid] == ["ThisAccount", "TlsOnly"]
    error_message = "no service publishes unasked"
  }
  assert {
    condition     = length(aws_sns_topic_subscription.email) == 0
    error_message = "nobody is subscribed unasked"
  }
}

run "named_services_for_this_account" {
  variables {
    publishers = ["cloudwatch.amazonaws.com"]
    emails     = ["releases@example.com", "oncall@example.com"]
  }
  assert {
    condition     = [for s in jsondecode(aws_sns_topic_policy.this.policy).Statement : s.Condition.StringEquals["aws:SourceAccount"] if s.Sid == "Services"] == ["123456789012"]
    error_message = "no confused deputy of another account"
  }
  assert {
    condition     = length(aws_sns_topic_subscription.email) == 2 && aws_sns_topic_subscription.email["oncall@example.com"].protocol == "email"
    error_message = "both addresses are subscribed"
  }
}

run "refuses_placeholders" {
  command         = plan
  expect_failures = [var.emails, var.publishers, var.name]

  variables {
    emails     = ["<email>"]
    publishers = ["cloudwatch"]
    name       = "a topic"
  }
}
