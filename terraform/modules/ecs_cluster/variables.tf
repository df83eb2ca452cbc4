variable "name" {
  description = "Name of the cluster."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,255}$", var.name))
    error_message = "name is 1 to 255 letters, digits, '_' and '-'; example: greenlight-test."
  }
}
