output "function_name" {
  description = "Name that the AppSpec's hook has."
  value       = aws_lambda_function.this.function_name
}

output "function_arn" {
  description = "ARN of the function."
  value       = aws_lambda_function.this.arn
}
