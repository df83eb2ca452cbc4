# The pipeline's events, told to one environment's journal: EventBridge posts them to /api/events with the events key. What cannot be
# delivered for a day is kept in a queue and rings an alarm.

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  region     = data.aws_region.current.name
}

resource "aws_cloudwatch_event_rule" "pipeline" {
  name        = "${var.name}-release-events"
  description = "Releases of ${var.pipeline_name} for the journal of ${var.name}"
  # What the journal understands (backend/journal/events.py), of this pipeline and of what it deploys.
  event_pattern = jsonencode({
    source = ["aws.codepipeline", "aws.codedeploy"]
    "detail-type" = [
      "CodePipeline Pipeline Execution State Change", "CodePipeline Stage Execution State Change", "CodePipeline Action Execution State Change",
      "CodeDeploy Deployment State-change Notification",
    ]
    detail = { "$or" = [{ pipeline = [var.pipeline_name] }, { application = var.codedeploy_applications }] }
  })
}

resource "aws_cloudwatch_event_connection" "journal" {
  name               = "${var.name}-journal"
  description        = "The journal's events key"
  authorization_type = "API_KEY"

  auth_parameters {
    api_key {
      key   = "X-Api-Key"
      value = var.events_key
    }
  }
}

resource "aws_cloudwatch_event_api_destination" "journal" {
  name                             = "${var.name}-journal"
  description                      = "The journal of ${var.name}"
  invocation_endpoint              = "${var.site_url}/api/events"
  http_method                      = "POST"
  invocation_rate_limit_per_second = 10
  connection_arn                   = aws_cloudwatch_event_connection.journal.arn
}

resource "aws_cloudwatch_event_target" "journal" {
  rule      = aws_cloudwatch_event_rule.pipeline.name
  target_id = "journal"
  arn       = aws_cloudwatch_event_api_destination.journal.arn
  role_arn  = aws_iam_role.this.arn

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }
  dead_letter_config {
    arn = aws_sqs_queue.undelivered.arn
  }
}

resource "aws_iam_role" "this" {
  name                 = "${var.name}-release-events"
  description          = "EventBridge posts to the journal of ${var.name}"
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account_id }
        ArnEquals    = { "aws:SourceArn" = "arn:aws:events:${local.region}:${local.account_id}:rule/${var.name}-release-events" }
      }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "post"
  role = aws_iam_role.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["events:InvokeApiDestination"]
      Resource = aws_cloudwatch_event_api_destination.journal.arn
    }]
  })
}

resource "aws_sqs_queue" "undelivered" {
  name                      = "${var.name}-release-events-undelivered"
  message_retention_seconds = 1209600
  kms_master_key_id         = var.kms_key_arn
}

resource "aws_sqs_queue_policy" "undelivered" {
  queue_url = aws_sqs_queue.undelivered.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "EventBridge"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = aws_sqs_queue.undelivered.arn
        Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.pipeline.arn } }
      },
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = aws_sqs_queue.undelivered.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_cloudwatch_metric_alarm" "undelivered" {
  alarm_name          = "${var.name}-release-events-undelivered"
  alarm_description   = "The journal of ${var.name} has not taken an event for a day; it lies in the queue ${var.name}-release-events-undelivered."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.undelivered.name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
}
