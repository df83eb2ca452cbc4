mock_provider "aws" {
  source = "../../testing/mocks"
}

variables {
  name                     = "greenlight-test"
  pipeline_name            = "greenlight"
  codedeploy_applications  = ["greenlight-test", "greenlight-prod"]
  site_url                 = "https://test.example.com"
  events_key               = "0123456789abcdef0123456789abcdef"
  kms_key_arn              = "arn:aws:kms:eu-central-1:123456789012:key/22222222-2222-2222-2222-222222222222"
  permissions_boundary_arn = "arn:aws:iam::123456789012:policy/greenlight-shared-boundary"
}

run "the_journal_gets_this_pipelines_events" {
  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.pipeline.event_pattern).detail["$or"][0].pipeline == ["greenlight"] && jsondecode(aws_cloudwatch_event_rule.pipeline.event_pattern).detail["$or"][1].application == ["greenlight-test", "greenlight-prod"]
    error_message = "of this pipeline and of what it deploys, nothing else"
  }
  assert {
    condition     = aws_cloudwatch_event_api_destination.journal.invocation_endpoint == "https://test.example.com/api/events" && aws_cloudwatch_event_api_destination.journal.http_method == "POST"
    error_message = "POST /api/events"
  }
  assert {
    condition     = aws_cloudwatch_event_connection.journal.auth_parameters[0].api_key[0].key == "X-Api-Key"
    error_message = "the header that the journal checks"
  }
}

run "what_cannot_be_delivered_is_kept_and_told" {
  variables {
    alarm_topic_arns = ["arn:aws:sns:eu-central-1:123456789012:greenlight-approvals"]
  }
  assert {
    condition     = aws_cloudwatch_event_target.journal.dead_letter_config[0].arn == aws_sqs_queue.undelivered.arn && aws_cloudwatch_event_target.journal.retry_policy[0].maximum_event_age_in_seconds == 86400
    error_message = "tried for a day, then kept"
  }
  assert {
    condition     = aws_sqs_queue.undelivered.kms_master_key_id == var.kms_key_arn && aws_cloudwatch_metric_alarm.undelivered.alarm_actions == toset(var.alarm_topic_arns)
    error_message = "encrypted, and somebody hears of it"
  }
}

run "the_role_posts_to_one_destination" {
  assert {
    condition     = jsondecode(aws_iam_role_policy.this.policy).Statement[0].Resource == aws_cloudwatch_event_api_destination.journal.arn
    error_message = "one destination"
  }
  assert {
    condition     = aws_iam_role.this.permissions_boundary == var.permissions_boundary_arn
    error_message = "the role has the boundary"
  }
}

run "refuses_plain_http_and_short_keys" {
  command         = plan
  expect_failures = [var.site_url, var.events_key, var.codedeploy_applications]

  variables {
    codedeploy_applications = []

    site_url   = "http://test.example.com/"
    events_key = "short"
  }
}
