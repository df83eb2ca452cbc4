variable "bucket_name" {
  description = "Name of the bucket."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket_name))
    error_message = "bucket_name is 3 to 63 lower-case letters, digits and '-'; example: greenlight-artifacts-123456789012."
  }
}

variable "pipeline_name" {
  description = "Pipeline whose artifacts expire."
  type        = string
}

variable "kms_key_arn" {
  description = "Key of the objects."
  type        = string
}

variable "log_bucket_name" {
  description = "Bucket for access logs."
  type        = string
}

variable "artifact_days" {
  description = "How long artifacts of the pipeline are kept. A stage can be rolled back as long as they are there."
  type        = number
  default     = 90

  validation {
    condition     = var.artifact_days >= 14
    error_message = "artifact_days is at least 14: an approval may wait 7 days, and what it releases must still be there after it."
  }
}

variable "report_days" {
  description = "How long the hook's reports are kept."
  type        = number
  default     = 365

  validation {
    condition     = var.report_days >= 14
    error_message = "report_days is at least 14: `approve` reads the report of a release that may have waited 7 days."
  }
}

variable "other_account_roles" {
  description = "Names of the roles that read and write, by account, for environments in accounts of their own."
  type        = map(list(string))
  default     = {}

  validation {
    condition     = alltrue([for id, roles in var.other_account_roles : can(regex("^[0-9]{12}$", id)) && length(roles) > 0])
    error_message = "other_account_roles maps account numbers of 12 digits to the names of roles, at least one each."
  }
}

variable "protect" {
  description = "Whether the bucket refuses to be destroyed while it holds objects."
  type        = bool
  default     = true
}
