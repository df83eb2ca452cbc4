output "bucket_name" {
  description = "Bucket that publish-frontend writes to."
  value       = aws_s3_bucket.site.bucket
}

output "bucket_arn" {
  description = "Its ARN."
  value       = aws_s3_bucket.site.arn
}

output "distribution_id" {
  description = "Distribution that publish-frontend invalidates."
  value       = aws_cloudfront_distribution.this.id
}

output "distribution_arn" {
  description = "Its ARN."
  value       = aws_cloudfront_distribution.this.arn
}

output "url" {
  description = "Where the site is."
  value       = "https://${var.hosts[0]}"
}
