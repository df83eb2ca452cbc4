variable "name" {
  description = "Project and environment, such as greenlight-test."
  type        = string
}

variable "service_name" {
  description = "Name of the service; `<name>-<service_name>` is the family."
  type        = string
  default     = "backend"
}

variable "cluster_name" {
  description = "Cluster of the service."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets, one for each zone."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids names at least two subnets, in different zones."
  }
}

variable "security_group_id" {
  description = "Security group of the tasks."
  type        = string
}

variable "container_name" {
  description = "Container that takes the traffic."
  type        = string
  default     = "web"
}

variable "container_port" {
  description = "Its port."
  type        = number
  default     = 8000
}

variable "bootstrap_image" {
  description = "Image that the service starts with; setup.sh pushes it."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.amazonaws\\.com/[a-z0-9/._-]+(:bootstrap-[0-9a-f]{7,40}|@sha256:[0-9a-f]{64})$", var.bootstrap_image))
    error_message = "bootstrap_image is an image in ECR with a tag bootstrap-<commit> or a digest, as setup.sh pushes it; tags such as latest cannot be pushed twice."
  }
}

variable "cpu" {
  description = "CPU units of the bootstrap revision."
  type        = number
  default     = 256
}

variable "memory" {
  description = "MiB of the bootstrap revision."
  type        = number
  default     = 512
}

variable "environment_variables" {
  description = "Environment of the bootstrap revision, without IMAGE."
  type        = map(string)

  validation {
    condition     = !anytrue([for name in keys(var.environment_variables) : can(regex("SECRET|PASSWORD|TOKEN|EVENTS_KEY", name))])
    error_message = "secrets are not environment variables: name them in secrets."
  }
}

variable "secrets" {
  description = "Paths of SecureString parameters, by the variable that the container reads."
  type        = map(string)

  validation {
    condition     = alltrue([for path in values(var.secrets) : can(regex("^/[a-z0-9-]+/[a-z0-9-]+/[a-z0-9-]+$", path))])
    error_message = "secrets are paths /<project>/<environment>/<name>; example: /greenlight/test/events-key."
  }
}

variable "repository_arn" {
  description = "Repository that images are pulled from."
  type        = string
}

variable "table_arn" {
  description = "Table of the application."
  type        = string
}

variable "reports" {
  description = "Where the hooks of all environments leave their reports, which the application shows."
  type = object({
    bucket      = string
    prefix      = string
    kms_key_arn = string
  })

  validation {
    condition     = can(regex("^[^/].*[^/]$", var.reports.prefix))
    error_message = "reports.prefix neither begins nor ends with '/'; example: reports."
  }
}

variable "target_group_arns" {
  description = "ARNs of the target groups `blue` and `green`."
  type        = map(string)

  validation {
    condition     = toset(keys(var.target_group_arns)) == toset(["blue", "green"])
    error_message = "target_group_arns has the keys blue and green."
  }
}

variable "target_group_arn_suffixes" {
  description = "How CloudWatch names the target groups `blue` and `green`."
  type        = map(string)

  validation {
    condition     = toset(keys(var.target_group_arn_suffixes)) == toset(["blue", "green"])
    error_message = "target_group_arn_suffixes has the keys blue and green."
  }
}

variable "alb_arn_suffix" {
  description = "How CloudWatch names the load balancer."
  type        = string
}

variable "min_tasks" {
  description = "Fewest tasks."
  type        = number

  validation {
    condition     = var.min_tasks >= 1
    error_message = "min_tasks is at least 1: with none, CodeDeploy has nothing to take the traffic to."
  }
}

variable "max_tasks" {
  description = "Most tasks."
  type        = number

  validation {
    condition     = var.max_tasks >= var.min_tasks
    error_message = "max_tasks is not below min_tasks."
  }
}

variable "scaling" {
  description = "What autoscaling aims at."
  type = object({
    cpu_percent                  = optional(number, 60)
    memory_percent               = optional(number, 75)
    requests_per_minute_per_task = optional(number, 600)
  })
  default = {}

  validation {
    condition     = alltrue([for percent in [var.scaling.cpu_percent, var.scaling.memory_percent] : percent >= 10 && percent <= 90])
    error_message = "scaling.cpu_percent and scaling.memory_percent are 10 to 90."
  }
}

variable "alarms" {
  description = "When the service is said to be bad, and a deployment is rolled back."
  type = object({
    error_percent  = optional(number, 5)
    least_requests = optional(number, 20)
    p95_seconds    = optional(number, 2)
  })
  default = {}
}

variable "alarm_topic_arns" {
  description = "Who is told."
  type        = list(string)
  default     = []
}

variable "log_group_name" {
  description = "Log group of the containers."
  type        = string
}

variable "log_retention_days" {
  description = "How long logs are kept."
  type        = number
  default     = 365
}

variable "kms_key_arn" {
  description = "Key of logs, secrets and table."
  type        = string
}

variable "permissions_boundary_arn" {
  description = "Upper limit of the roles."
  type        = string
}
