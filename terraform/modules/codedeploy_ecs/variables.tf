variable "name" {
  description = "Name of the application; one for each environment, so that prod never deploys into test's group."
  type        = string
}

variable "group_name" {
  description = "Name of the deployment group."
  type        = string
  default     = "backend"
}

variable "cluster_name" {
  description = "Cluster of the service."
  type        = string
}

variable "service_name" {
  description = "Service that is deployed."
  type        = string
}

variable "production_listener_arn" {
  description = "Listener that visitors come by."
  type        = string
}

variable "test_listener_arn" {
  description = "Listener that the hook comes by. Without one, nobody could look at green before visitors do."
  type        = string

  validation {
    condition     = var.test_listener_arn != var.production_listener_arn
    error_message = "test_listener_arn is another listener than production_listener_arn."
  }
}

variable "target_group_names" {
  description = "Names of blue and green."
  type        = list(string)

  validation {
    condition     = length(var.target_group_names) == 2 && length(distinct(var.target_group_names)) == 2
    error_message = "target_group_names are two different names."
  }
}

variable "traffic" {
  description = "How visitors get to green: `all_at_once`; `canary`: percent first, the rest after minutes; `linear`: percent more every minutes."
  type = object({
    type    = string
    percent = optional(number, 10)
    minutes = optional(number, 5)
  })
  default = { type = "all_at_once" }

  validation {
    condition     = contains(["all_at_once", "canary", "linear"], var.traffic.type)
    error_message = "traffic.type is all_at_once, canary or linear."
  }
  # https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_TimeBasedCanary.html (2026-11)
  validation {
    condition     = var.traffic.percent >= 1 && var.traffic.percent <= 99 && var.traffic.minutes >= 1 && var.traffic.minutes <= 2880
    error_message = "traffic.percent is 1 to 99 and traffic.minutes at least 1, at most two days."
  }
}

variable "keep_blue_minutes" {
  description = "How long blue stays after green has all the traffic."
  type        = number
  default     = 15

  # https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_BlueInstanceTerminationOption.html (2026-11)
  validation {
    condition     = var.keep_blue_minutes >= 0 && var.keep_blue_minutes <= 2880
    error_message = "keep_blue_minutes is 0 to 2880, which is two days."
  }
}

variable "rollback_alarm_names" {
  description = "Alarms that stop a deployment and roll it back."
  type        = list(string)

  # https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html (2026-11)
  validation {
    condition     = length(var.rollback_alarm_names) >= 1 && length(var.rollback_alarm_names) <= 10
    error_message = "rollback_alarm_names names 1 to 10 alarms: a release that hurts visitors must be noticed."
  }
}

variable "hook_arn" {
  description = "Function that judges green."
  type        = string
}

variable "task_role_arns" {
  description = "Execution role and task role of the service."
  type        = list(string)

  validation {
    condition     = length(var.task_role_arns) == 2
    error_message = "task_role_arns are the execution role and the task role, no others."
  }
}

variable "alarm_topic_arn" {
  description = "Topic that is told of failed deployments."
  type        = string
  default     = null
}

variable "kms_key_arn" {
  description = "Key of the topic."
  type        = string
}

variable "permissions_boundary_arn" {
  description = "Upper limit of the role."
  type        = string
}
