variable "name" {
  description = "Name of the topic."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,256}$", var.name))
    error_message = "name is 1 to 256 letters, digits, '_' and '-'; example: greenlight-approvals."
  }
}

variable "display_name" {
  description = "What e-mails say who they are from."
  type        = string
  default     = null
}

variable "kms_key_arn" {
  description = "Key of the messages; it must let the publishers in."
  type        = string
}

variable "publishers" {
  description = "Services that publish."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for service in var.publishers : endswith(service, ".amazonaws.com")])
    error_message = "publishers are service principals such as cloudwatch.amazonaws.com."
  }
}

variable "emails" {
  description = "Addresses that get every message."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for email in var.emails : can(regex("^[^@\\s<>]+@[^@\\s<>]+\\.[^@\\s<>]+$", email))])
    error_message = "emails are addresses such as releases@example.com."
  }
}
