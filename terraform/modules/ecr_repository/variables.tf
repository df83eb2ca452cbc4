variable "name" {
  description = "Name of the repository."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]+([._/-][a-z0-9]+)*$", var.name)) && length(var.name) <= 256
    error_message = "name is lower-case letters and digits, separated by '.', '_', '/' or '-'; example: greenlight/backend."
  }
}

variable "kms_key_arn" {
  description = "Key of the images."
  type        = string
}

variable "keep_images" {
  description = "How many released images (tags sha-…) are kept. An expired image cannot be rolled back to."
  type        = number
  default     = 100

  validation {
    condition     = var.keep_images >= 20
    error_message = "keep_images is at least 20: images that run or that a stage may be rolled back to must stay."
  }
}

variable "other_account_roles" {
  description = "Names of the execution roles that pull, by account, for environments in accounts of their own."
  type        = map(list(string))
  default     = {}
}

variable "protect" {
  description = "Whether the repository refuses to be destroyed while it holds images."
  type        = bool
  default     = true
}
