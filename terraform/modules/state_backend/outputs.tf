output "bucket_name" {
  description = "Bucket of the state."
  value       = aws_s3_bucket.state.bucket
}

output "lock_table_name" {
  description = "Table of the locks."
  value       = aws_dynamodb_table.lock.name
}

output "kms_key_arn" {
  description = "Key of the state."
  value       = aws_kms_key.state.arn
}
