variable "domain_name" {
  description = "First name of the certificate."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain_name)) && length(var.domain_name) <= 64
    error_message = "domain_name is a host name of at most 64 characters (https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html); example: test.example.com."
  }
}

variable "alternative_names" {
  description = "Further names."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.alternative_names) == length(distinct(var.alternative_names)) && length(var.alternative_names) <= 9
    error_message = "alternative_names has at most 9 different names: a certificate holds 10 (https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html)."
  }
}

variable "zone_id" {
  description = "Zone that all names are in."
  type        = string
}
