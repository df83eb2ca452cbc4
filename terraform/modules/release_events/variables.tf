variable "name" {
  description = "Project and environment of the journal, such as greenlight-test."
  type        = string
}

variable "pipeline_name" {
  description = "Pipeline whose events are told."
  type        = string
}

variable "codedeploy_applications" {
  description = "Applications whose deployments are told, of all environments: every journal knows of all."
  type        = list(string)

  validation {
    condition     = length(var.codedeploy_applications) >= 1
    error_message = "codedeploy_applications names at least one application."
  }
}

variable "site_url" {
  description = "Where the journal is."
  type        = string

  validation {
    condition     = can(regex("^https://[a-z0-9.-]+$", var.site_url))
    error_message = "site_url is https:// and a host, without a path: EventBridge posts to /api/events of it; example: https://test.example.com."
  }
}

variable "events_key" {
  description = "What the header X-Api-Key must be."
  type        = string
  sensitive   = true

  validation {
    condition     = length(var.events_key) >= 16
    error_message = "events_key has at least 16 characters, or the journal does not start."
  }
}

variable "alarm_topic_arns" {
  description = "Who is told of events that could not be delivered."
  type        = list(string)
  default     = []
}

variable "kms_key_arn" {
  description = "Key of the queue; it must let events.amazonaws.com in."
  type        = string
}

variable "permissions_boundary_arn" {
  description = "Upper limit of the role."
  type        = string
}
