variable "name" {
  description = "What the group's name begins with."
  type        = string

  validation {
    condition     = !startswith(var.name, "sg-") && length(var.name) <= 200
    error_message = "name does not begin with sg-, which is how ids begin; example: greenlight-test-alb."
  }
}

variable "description" {
  description = "What the group is for."
  type        = string
}

variable "vpc_id" {
  description = "Network of the group."
  type        = string
}

variable "ingress" {
  description = "What comes in, by name of the rule: one port from one source."
  type = map(object({
    description       = string
    port              = number
    cidr              = optional(string)
    prefix_list_id    = optional(string)
    security_group_id = optional(string)
  }))
  default = {}

  validation {
    condition     = alltrue([for rule in var.ingress : length([for source in [rule.cidr, rule.prefix_list_id, rule.security_group_id] : source if source != null]) == 1])
    error_message = "every rule has exactly one of cidr, prefix_list_id and security_group_id."
  }
  validation {
    condition     = alltrue([for rule in var.ingress : rule.cidr == null || rule.cidr != "0.0.0.0/0"])
    error_message = "nothing here is open to the world: visitors come through CloudFront. Name a group, a prefix list or a narrower range."
  }
}

variable "egress" {
  description = "What goes out, by name of the rule: one port to one destination."
  type = map(object({
    description       = string
    port              = number
    cidr              = optional(string)
    prefix_list_id    = optional(string)
    security_group_id = optional(string)
  }))
  default = {}

  validation {
    condition     = alltrue([for rule in var.egress : length([for target in [rule.cidr, rule.prefix_list_id, rule.security_group_id] : target if target != null]) == 1])
    error_message = "every rule has exactly one of cidr, prefix_list_id and security_group_id."
  }
}
