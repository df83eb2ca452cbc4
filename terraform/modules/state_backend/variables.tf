variable "project" {
  description = "Name of the project."
  type        = string
}

variable "bucket_name" {
  description = "Bucket of the state (`aws_tf_state_s3_bucket_name`)."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket_name))
    error_message = "bucket_name is 3 to 63 lower-case letters, digits and '-'; example: greenlight-tfstate-123456789012."
  }
}

variable "lock_table_name" {
  description = "DynamoDB table of the locks (`aws_tf_state_dynamodb_table_name`)."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{3,255}$", var.lock_table_name))
    error_message = "lock_table_name is 3 to 255 letters, digits, '_', '.' and '-'; example: greenlight-tfstate-lock."
  }
}

variable "protect" {
  description = "Whether bucket and table refuse to be destroyed."
  type        = bool
  default     = true
}
