output "name" {
  description = "Name of the project."
  value       = aws_codebuild_project.this.name
}

output "arn" {
  description = "ARN of the project."
  value       = aws_codebuild_project.this.arn
}

output "role_arn" {
  description = "ARN of the builds' role."
  value       = aws_iam_role.this.arn
}
