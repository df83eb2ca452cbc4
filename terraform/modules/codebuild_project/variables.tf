variable "name" {
  description = "Name of the project."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{1,149}$", var.name))
    error_message = "name is 2 to 150 letters, digits, '_' and '-'; example: greenlight-backend."
  }
}

variable "description" {
  description = "What the project does."
  type        = string
}

variable "buildspec" {
  description = "Buildspec in the repository."
  type        = string

  validation {
    condition     = can(regex("^buildspecs/[a-z-]+\\.yml$", var.buildspec))
    error_message = "buildspec is a file of buildspecs/, which local-pipeline runs as well; example: buildspecs/backend.yml."
  }
}

variable "pipeline_name" {
  description = "Pipeline whose artifacts are read: what their keys begin with."
  type        = string
}

variable "image" {
  description = "Image that builds run in, pinned to a version of the operating system."
  type        = string
  default     = "aws/codebuild/amazonlinux-x86_64-standard:5.0"

  validation {
    condition     = !endswith(var.image, ":latest") && strcontains(var.image, ":")
    error_message = "image names a version, not latest; example: aws/codebuild/amazonlinux-x86_64-standard:5.0."
  }
}

variable "compute_type" {
  description = "Size of the build machine."
  type        = string
  default     = "BUILD_GENERAL1_SMALL"
}

variable "docker" {
  description = "Whether the build runs Docker, which needs a privileged machine."
  type        = bool
  default     = false
}

variable "timeout_minutes" {
  description = "When a build is given up."
  type        = number
  default     = 15

  # https://docs.aws.amazon.com/codebuild/latest/userguide/limits.html (2026-11)
  validation {
    condition     = var.timeout_minutes >= 5 && var.timeout_minutes <= 2160
    error_message = "timeout_minutes is 5 to 2160."
  }
}

variable "environment_variables" {
  description = "Environment of the builds. Everybody who may look at builds can read it."
  type        = map(string)
  default     = {}

  validation {
    condition     = !anytrue([for name in keys(var.environment_variables) : can(regex("SECRET|PASSWORD|TOKEN|_KEY$", name))])
    error_message = "secrets are not environment variables: name their parameters in parameter_variables."
  }
}

variable "parameter_variables" {
  description = "Variables whose value is read from the SSM parameter of this path when a build starts."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for path in values(var.parameter_variables) : startswith(path, "/")])
    error_message = "parameter_variables are paths of parameters; example: /greenlight/shared/docker-hub-password."
  }
}

variable "cache" {
  description = "Whether the buildspec's cache paths are kept between builds."
  type        = bool
  default     = false
}

variable "reports" {
  description = "Whether the buildspec publishes reports."
  type        = bool
  default     = false
}

variable "writes_artifacts" {
  description = "Whether the build has an output artifact."
  type        = bool
  default     = true
}

variable "statements" {
  description = "What this build may do besides, by statement id."
  type = map(object({
    actions     = list(string)
    resources   = list(string)
    via_service = optional(string)
  }))
  default = {}

  validation {
    condition     = alltrue(flatten([for statement in var.statements : [for action in statement.actions : !strcontains(action, "*")]]))
    error_message = "actions are named one by one, without '*'."
  }
  validation {
    condition     = alltrue([for statement in var.statements : !contains(statement.resources, "*") || contains(["ecr:GetAuthorizationToken", "ecs:DescribeTaskDefinition"], join(",", statement.actions))])
    error_message = "resources are named; only ecr:GetAuthorizationToken and ecs:DescribeTaskDefinition have none."
  }
  validation {
    condition     = alltrue(flatten([for statement in var.statements : [for action in statement.actions : action == "iam:GetRole" || (!startswith(action, "iam:") && !startswith(action, "sts:"))]]))
    error_message = "builds hand out no roles and take none: of iam: and sts: only iam:GetRole belongs here."
  }
}

variable "artifact_bucket_name" {
  description = "Bucket of the artifacts."
  type        = string
}

variable "artifact_kms_key_arn" {
  description = "Key of the artifacts."
  type        = string
}

variable "log_retention_days" {
  description = "How long logs are kept."
  type        = number
  default     = 365
}

variable "log_kms_key_arn" {
  description = "Key of the logs."
  type        = string
}

variable "permissions_boundary_arn" {
  description = "Upper limit of the role."
  type        = string
}
