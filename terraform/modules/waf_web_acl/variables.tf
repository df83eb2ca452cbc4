variable "name" {
  description = "Name of the web ACL."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,80}$", var.name))
    error_message = "name is 1 to 80 letters, digits, '_' and '-'; example: greenlight-test."
  }
}

variable "requests_per_5_minutes" {
  description = "How many requests one address may make."
  type        = number
  default     = 2000

  # https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based-high-level-settings.html (2026-11)
  validation {
    condition     = var.requests_per_5_minutes >= 10 && var.requests_per_5_minutes <= 2000000000
    error_message = "requests_per_5_minutes is 10 to 2,000,000,000."
  }
}

variable "log_retention_days" {
  description = "How long blocked requests are kept."
  type        = number
  default     = 30
}
