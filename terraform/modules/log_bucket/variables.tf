variable "bucket_name" {
  description = "Name of the bucket."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket_name))
    error_message = "bucket_name is 3 to 63 lower-case letters, digits and '-'; example: greenlight-test-logs-123456789012."
  }
}

variable "retention_days" {
  description = "How long access logs are kept."
  type        = number
  default     = 90

  validation {
    condition     = var.retention_days >= 1 && floor(var.retention_days) == var.retention_days
    error_message = "retention_days is a whole number of days, at least 1."
  }
}

variable "protect" {
  description = "Whether the bucket refuses to be destroyed while it holds logs."
  type        = bool
  default     = true
}
