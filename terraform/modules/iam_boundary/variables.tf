variable "name" {
  description = "Name of the policy."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,128}$", var.name))
    error_message = "name is 1 to 128 letters, digits and +=,.@_-; example: greenlight-test-boundary."
  }
}

variable "project" {
  description = "Name of the project: what its roles' names begin with."
  type        = string
}
