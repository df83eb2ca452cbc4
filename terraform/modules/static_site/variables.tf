variable "name" {
  description = "Project and environment, such as greenlight-test."
  type        = string
}

variable "global_name" {
  description = "The same with the region's code: CloudFront's names are for all regions."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,60}$", var.global_name))
    error_message = "global_name is 1 to 60 letters, digits, '_' and '-'; example: greenlight-test-euc1."
  }
}

variable "bucket_name" {
  description = "Bucket of the site."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket_name))
    error_message = "bucket_name is 3 to 63 lower-case letters, digits and '-'; example: greenlight-test-site-123456789012."
  }
}

variable "hosts" {
  description = "Names that visitors and callers of the API use."
  type        = list(string)

  validation {
    condition     = length(var.hosts) >= 1 && alltrue([for host in var.hosts : can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", host))])
    error_message = "hosts are host names, at least one; example: [\"test.example.com\"]."
  }
}

variable "zone_id" {
  description = "Zone of the names."
  type        = string
}

variable "certificate_arn" {
  description = "Certificate for all names, in us-east-1."
  type        = string

  validation {
    condition     = startswith(var.certificate_arn, "arn:aws:acm:us-east-1:")
    error_message = "certificate_arn lies in us-east-1: CloudFront takes certificates from nowhere else."
  }
}

variable "web_acl_arn" {
  description = "Web ACL with the scope CLOUDFRONT."
  type        = string

  validation {
    condition     = can(regex("^arn:aws:wafv2:us-east-1:[0-9]{12}:global/webacl/", var.web_acl_arn))
    error_message = "web_acl_arn is one of scope CLOUDFRONT, which lies in us-east-1."
  }
}

variable "alb_arn" {
  description = "Internal load balancer of the API."
  type        = string
}

variable "origin_host" {
  description = "Name on the load balancer's certificate."
  type        = string
}

variable "price_class" {
  description = "Which edge locations serve the site."
  type        = string
  default     = "PriceClass_100"

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)
    error_message = "price_class is PriceClass_100 (Europe, North America), PriceClass_200 or PriceClass_All."
  }
}

variable "content_security_policy" {
  description = "What the site may load."
  type        = string
  default     = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  validation {
    condition     = !can(regex("script-src[^;]*'unsafe-(inline|eval)'", var.content_security_policy)) && can(regex("default-src '(none|self)'", var.content_security_policy))
    error_message = "content_security_policy begins at default-src 'none' or 'self' and allows no inline script and no eval."
  }
}

variable "kms_key_arn" {
  description = "Key of the objects; it must let CloudFront in."
  type        = string
}

variable "log_bucket_name" {
  description = "Bucket for access logs."
  type        = string
}

variable "log_bucket_domain_name" {
  description = "The same, as CloudFront wants it."
  type        = string
}

variable "protect" {
  description = "Whether the bucket refuses to be destroyed while it holds objects."
  type        = bool
}
