output "application_name" {
  description = "Name of the application."
  value       = aws_codedeploy_app.this.name
}

output "group_name" {
  description = "Name of the deployment group."
  value       = aws_codedeploy_deployment_group.this.deployment_group_name
}

output "config_name" {
  description = "Deployment configuration in use."
  value       = aws_codedeploy_deployment_group.this.deployment_config_name
}
