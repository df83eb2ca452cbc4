variable "project" {
  description = "Name of the project."
  type        = string
}

variable "environment" {
  description = "Environment: shared, test or prod."
  type        = string
}

variable "name" {
  description = "Project and environment, such as greenlight-test."
  type        = string
}

variable "other_account_ids" {
  description = "Other accounts whose roles use the key, which is wanted for shared only."
  type        = list(string)
  default     = []
}

variable "access_log_days" {
  description = "How long access logs are kept."
  type        = number
}

variable "protect" {
  description = "Whether the bucket of logs refuses to be destroyed."
  type        = bool
}
