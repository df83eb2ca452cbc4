mock_provider "aws" {
  source = "../../testing/mocks"
}

variables {
  project         = "greenlight"
  bucket_name     = "greenlight-tfstate-123456789012"
  lock_table_name = "greenlight-tfstate-lock"
}

run "state_is_versioned_encrypted_private" {
  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled"
    error_message = "an overwritten state must be there to go back to"
  }
  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.state.rule).apply_server_side_encryption_by_default[0].kms_master_key_id == aws_kms_key.state.arn
    error_message = "encrypted with the state's own key"
  }
  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.state.block_public_acls, aws_s3_bucket_public_access_block.state.block_public_policy,
      aws_s3_bucket_public_access_block.state.ignore_public_acls, aws_s3_bucket_public_access_block.state.restrict_public_buckets,
    ])
    error_message = "not public in any way"
  }
  assert {
    condition     = jsondecode(aws_s3_bucket_policy.state.policy).Statement[0].Condition.Bool["aws:SecureTransport"] == "false"
    error_message = "no plain HTTP"
  }
}

run "locks" {
  assert {
    condition     = aws_dynamodb_table.lock.hash_key == "LockID" && aws_dynamodb_table.lock.name == "greenlight-tfstate-lock"
    error_message = "Terraform's S3 backend wants the key LockID"
  }
}

run "protected_by_default" {
  assert {
    condition     = aws_dynamodb_table.lock.deletion_protection_enabled && !aws_s3_bucket.state.force_destroy
    error_message = "neither goes by accident"
  }
}

run "can_be_released_for_destroy" {
  variables {
    protect = false
  }
  assert {
    condition     = !aws_dynamodb_table.lock.deletion_protection_enabled && aws_s3_bucket.state.force_destroy
    error_message = "protect = false lets go of both"
  }
}

run "refuses_wrong_names" {
  command         = plan
  expect_failures = [var.bucket_name, var.lock_table_name]

  variables {
    bucket_name     = "<aws_tf_state_s3_bucket_name>"
    lock_table_name = "no spaces"
  }
}
