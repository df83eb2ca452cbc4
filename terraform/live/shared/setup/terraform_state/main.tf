# Where all other roots keep their state. Applied first, with state in this folder, which then moves into the bucket.

module "state" {
  source = "../../../../modules/state_backend"

  project         = local.project
  bucket_name     = local.config.aws_tf_state_s3_bucket_name
  lock_table_name = local.config.aws_tf_state_dynamodb_table_name
  protect         = local.config.protect
}

output "bucket_name" {
  description = "Bucket of the state."
  value       = module.state.bucket_name
}

output "lock_table_name" {
  description = "Table of the locks."
  value       = module.state.lock_table_name
}
