output "bucket_name" {
  description = "Name of the bucket."
  value       = aws_s3_bucket.logs.bucket
  # Who delivers logs is checked when logging is switched on.
  depends_on = [aws_s3_bucket_policy.logs, aws_s3_bucket_ownership_controls.logs]
}

output "bucket_domain_name" {
  description = "Domain name of the bucket, as CloudFront wants it."
  value       = "${aws_s3_bucket.logs.bucket}.s3.amazonaws.com"
  depends_on  = [aws_s3_bucket_policy.logs, aws_s3_bucket_ownership_controls.logs]
}
