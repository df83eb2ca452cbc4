variable "name" {
  description = "Name of the network."
  type        = string
}

variable "cidr" {
  description = "Its addresses."
  type        = string
  default     = "10.0.0.0/16"

  validation {
    condition     = can(cidrnetmask(var.cidr)) && try(tonumber(split("/", var.cidr)[1]), 0) >= 16 && try(tonumber(split("/", var.cidr)[1]), 99) <= 20
    error_message = "cidr is an IPv4 range from /16 to /20, so that every zone gets a subnet; example: 10.20.0.0/16."
  }
}

variable "zone_count" {
  description = "Availability zones to spread over."
  type        = number
  default     = 3

  validation {
    condition     = var.zone_count >= 2 && var.zone_count <= 6
    error_message = "zone_count is 2 to 6: a load balancer needs two zones, and one that fails must leave another."
  }
}

variable "nat_per_zone" {
  description = "A NAT gateway in every zone (survives a zone) or one for all (cheaper)."
  type        = bool
}

variable "flow_log_retention_days" {
  description = "How long flow logs are kept."
  type        = number
  default     = 365
}

variable "kms_key_arn" {
  description = "Key of the flow logs."
  type        = string
}

variable "permissions_boundary_arn" {
  description = "Upper limit of the role that delivers flow logs."
  type        = string
}
