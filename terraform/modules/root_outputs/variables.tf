variable "project" {
  description = "Name of the project."
  type        = string
}

variable "environment" {
  description = "Environment: shared, test or prod."
  type        = string
}

variable "root" {
  description = "Name of the live root, without the folder in between: `network`, `registry`."
  type        = string

  validation {
    condition     = can(regex("^[a-z_]+$", var.root))
    error_message = "root is one folder name, lower-case letters and '_'; example: load_balancer."
  }
}

variable "values" {
  description = "Outputs by name."
  type        = map(string)

  validation {
    condition     = alltrue([for name, value in var.values : can(regex("^[a-z][a-z0-9_]*$", name))])
    error_message = "names of outputs are lower-case letters, digits and '_'; example: vpc_id."
  }
  # https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html (2026-11)
  validation {
    condition     = alltrue([for name, value in var.values : length(value) > 0 && length(value) <= 4096])
    error_message = "a standard parameter holds 1 to 4096 characters."
  }
}
