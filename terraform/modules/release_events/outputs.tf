output "rule_name" {
  description = "Rule that tells the journal."
  value       = aws_cloudwatch_event_rule.pipeline.name
}

output "undelivered_queue_url" {
  description = "Where events are that could not be delivered."
  value       = aws_sqs_queue.undelivered.url
}
