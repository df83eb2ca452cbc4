output "arn" {
  description = "ARN of the load balancer."
  value       = aws_lb.this.arn
}

output "arn_suffix" {
  description = "How CloudWatch names the load balancer."
  value       = aws_lb.this.arn_suffix
}

output "dns_name" {
  description = "AWS's name of the load balancer."
  value       = aws_lb.this.dns_name
}

output "origin_host" {
  description = "Our name of the load balancer."
  value       = aws_route53_record.origin.name
}

output "production_listener_arn" {
  description = "ARN of the production listener."
  value       = aws_lb_listener.production.arn
}

output "test_listener_arn" {
  description = "ARN of the test listener."
  value       = aws_lb_listener.test.arn
}

output "target_group_arns" {
  description = "ARNs of the target groups, by colour."
  value       = { for colour, group in aws_lb_target_group.this : colour => group.arn }
  # A service needs its target group to have a load balancer.
  depends_on = [aws_lb_listener.production, aws_lb_listener.test]
}

output "target_group_names" {
  description = "Names of the target groups, by colour."
  value       = { for colour, group in aws_lb_target_group.this : colour => group.name }
}

output "target_group_arn_suffixes" {
  description = "How CloudWatch names the target groups, by colour."
  value       = { for colour, group in aws_lb_target_group.this : colour => group.arn_suffix }
}
