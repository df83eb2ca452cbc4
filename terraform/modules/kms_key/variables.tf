variable "alias" {
  description = "Name of the alias, without `alias/`."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9/_-]{0,200}$", var.alias)) && !startswith(var.alias, "aws/")
    error_message = "alias is lower-case letters, digits, '/', '_' and '-', without the prefix alias/ and not AWS's own aws/…; example: greenlight-test."
  }
}

variable "description" {
  description = "What is encrypted with the key."
  type        = string
}

variable "deletion_window_days" {
  description = "How long a deleted key can be restored."
  type        = number
  default     = 30

  validation {
    condition     = var.deletion_window_days >= 7 && var.deletion_window_days <= 30
    error_message = "deletion_window_days must be 7 to 30 (https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html)."
  }
}

variable "allow_logs" {
  description = "Whether log groups of this account and region are encrypted with it."
  type        = bool
  default     = false
}

variable "allow_cloudfront" {
  description = "Whether this account's distributions read objects that are encrypted with it."
  type        = bool
  default     = false
}

variable "publishing_services" {
  description = "AWS services that publish to topics and queues that are encrypted with it."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for service in var.publishing_services : endswith(service, ".amazonaws.com")])
    error_message = "publishing_services are service principals such as cloudwatch.amazonaws.com."
  }
}

variable "other_account_ids" {
  description = "Other accounts whose roles may use the key through S3 and ECR."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for id in var.other_account_ids : can(regex("^[0-9]{12}$", id))])
    error_message = "other_account_ids are account numbers of 12 digits."
  }
}
