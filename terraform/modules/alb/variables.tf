variable "name" {
  description = "Name of the load balancer; target groups are named after it."
  type        = string

  # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html (2026-11)
  validation {
    condition     = can(regex("^[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$", var.name)) && !startswith(var.name, "internal-")
    error_message = "name is at most 32 letters, digits and '-', does not begin or end with '-' nor begin with internal-; example: greenlight-test."
  }
}

variable "vpc_id" {
  description = "Network of the target groups."
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
  description = "Security group of the load balancer."
  type        = string
}

variable "certificate_arn" {
  description = "Certificate for origin_host, in this region."
  type        = string
}

variable "zone_id" {
  description = "Zone of origin_host."
  type        = string
}

variable "origin_host" {
  description = "Name that CloudFront and the hook reach the load balancer by."
  type        = string
}

variable "container_port" {
  description = "Port of the tasks."
  type        = number
  default     = 8000
}

variable "test_port" {
  description = "Port of the test listener."
  type        = number
  default     = 8443

  validation {
    condition     = !contains([80, 443], var.test_port) && var.test_port > 0 && var.test_port < 65536
    error_message = "test_port is a port other than 80 and 443, which are taken by the redirect and the production listener."
  }
}

variable "health_check_path" {
  description = "What a healthy task answers with 200."
  type        = string
  default     = "/api/health"

  validation {
    condition     = startswith(var.health_check_path, "/")
    error_message = "health_check_path begins with '/'; example: /api/health."
  }
}

variable "deregistration_delay_seconds" {
  description = "How long requests in flight may take when a task goes. Not longer than the container's stopTimeout."
  type        = number
  default     = 30
}

variable "ssl_policy" {
  description = "Which TLS versions and ciphers are spoken."
  type        = string
  default     = "ELBSecurityPolicy-TLS13-1-2-2021-06"

  validation {
    condition     = startswith(var.ssl_policy, "ELBSecurityPolicy-TLS13-1-2-") || startswith(var.ssl_policy, "ELBSecurityPolicy-TLS13-1-3-")
    error_message = "ssl_policy is one that begins at TLS 1.2, such as ELBSecurityPolicy-TLS13-1-2-2021-06."
  }
}

variable "log_bucket_name" {
  description = "Bucket for access logs."
  type        = string
}

variable "protect" {
  description = "Whether the load balancer refuses to be destroyed."
  type        = bool
}
