output "name" {
  description = "Name of the pipeline."
  value       = aws_codepipeline.this.name
}

output "arn" {
  description = "ARN of the pipeline."
  value       = aws_codepipeline.this.arn
}

output "approver_policy_arn" {
  description = "Policy for people who may answer the gate."
  value       = aws_iam_policy.approver.arn
}
