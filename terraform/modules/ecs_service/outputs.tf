output "service_name" {
  description = "Name of the service."
  value       = aws_ecs_service.this.name
}

output "execution_role_arn" {
  description = "Role that starts tasks."
  value       = aws_iam_role.execution.arn
}

output "task_role_arn" {
  description = "Role of the tasks."
  value       = aws_iam_role.task.arn
}

output "rollback_alarm_names" {
  description = "Alarms that CodeDeploy rolls back on."
  value       = [for alarm in aws_cloudwatch_metric_alarm.rollback : alarm.alarm_name]
}
