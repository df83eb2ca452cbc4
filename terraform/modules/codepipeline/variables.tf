variable "name" {
  description = "Name of the pipeline."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9.@_-]{1,100}$", var.name))
    error_message = "name is 1 to 100 letters, digits and .@_-; example: greenlight."
  }
}

variable "connection_arn" {
  description = "Connection to GitHub, which a person has confirmed."
  type        = string

  validation {
    condition     = can(regex("^arn:aws:(codeconnections|codestar-connections):[a-z0-9-]+:[0-9]{12}:connection/[0-9a-f-]+$", var.connection_arn))
    error_message = "connection_arn is the ARN of a connection; example: arn:aws:codeconnections:eu-central-1:123456789012:connection/01234567-89ab-cdef-0123-456789abcdef."
  }
}

variable "repository" {
  description = "Repository on GitHub."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$", var.repository))
    error_message = "repository is owner/name; example: example/greenlight."
  }
}

variable "branches" {
  description = "Branches whose pushes start the pipeline; the first is what a start by hand takes."
  type        = list(string)

  # https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html (2026-11)
  validation {
    condition     = length(var.branches) >= 1 && length(var.branches) <= 8
    error_message = "branches are 1 to 8 names or patterns."
  }
  validation {
    condition     = try(!strcontains(var.branches[0], "*"), false)
    error_message = "the first of branches is a name without '*': a start by hand takes it."
  }
}

variable "ignored_paths" {
  description = "Patterns of files; a push that changes only these starts nothing."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.ignored_paths) <= 8
    error_message = "ignored_paths are at most 8 patterns (https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html)."
  }
}

variable "projects" {
  description = "CodeBuild projects of the stages Verify and Build. Without verify there is no such stage."
  type = object({
    verify   = optional(string)
    tools    = string
    backend  = string
    frontend = string
  })
}

variable "environment_order" {
  description = "The environment before the approval and the one after it."
  type        = list(string)
  default     = ["test", "prod"]

  validation {
    condition     = length(var.environment_order) == 2 && length(distinct(var.environment_order)) == 2
    error_message = "environment_order is two different environments: one before the approval, one after it."
  }
}

variable "environments" {
  description = "What is deployed where. `deployer_role_arn` only where the environment has an account of its own."
  type = map(object({
    codedeploy_application = string
    codedeploy_group       = string
    codedeploy_config      = string
    task_family            = string
    publish_project        = string
    smoke_project          = string
    site_bucket_name       = string
    url                    = string
    deployer_role_arn      = optional(string)
  }))

  validation {
    condition     = length(var.environments) == length(distinct([for about in var.environments : "${about.codedeploy_application}/${about.codedeploy_group}"]))
    error_message = "every environment has a deployment group of its own: production must not be deployed into test's."
  }
  validation {
    condition     = length(distinct([for about in var.environments : about.publish_project])) == length(var.environments) && length(distinct([for about in var.environments : about.smoke_project])) == length(var.environments)
    error_message = "every environment has publish and smoke projects of its own."
  }
}

variable "approval_topic_arn" {
  description = "Topic that is told of a release that waits."
  type        = string
}

variable "artifact_bucket_name" {
  description = "Bucket of the artifacts."
  type        = string
}

variable "artifact_kms_key_arn" {
  description = "Key of the artifacts."
  type        = string
}

variable "permissions_boundary_arn" {
  description = "Upper limit of the role."
  type        = string
}
