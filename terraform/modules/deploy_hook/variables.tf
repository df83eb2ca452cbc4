variable "name" {
  description = "Project and environment, such as greenlight-test."
  type        = string
}

variable "environment" {
  description = "Name of the environment."
  type        = string
}

variable "checks" {
  description = "Content of backend/deploy/validate.toml."
  type        = string

  validation {
    condition     = strcontains(var.checks, "$${env:REPORT_LOCATION}") && strcontains(var.checks, "[[check]]")
    error_message = "checks is the content of backend/deploy/validate.toml: it has at least one [[check]], and its report is $${env:REPORT_LOCATION}."
  }
}

variable "package" {
  description = "The hook's package in S3, and its digest."
  type = object({
    bucket        = string
    key           = string
    sha256_base64 = string
  })

  validation {
    condition     = can(regex("^hook/[0-9a-f]{16,64}\\.zip$", var.package.key)) && length(var.package.sha256_base64) == 44
    error_message = "package.key is hook/<digest>.zip and package.sha256_base64 its SHA-256 in base64, as setup.sh writes them."
  }
}

variable "origin_host" {
  description = "Name on the test listener's certificate."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets, with a way to AWS's APIs."
  type        = list(string)
}

variable "security_group_id" {
  description = "Security group that the load balancer lets in at its test listener."
  type        = string
}

variable "codedeploy_application" {
  description = "Application whose deployments are judged."
  type        = string
}

variable "codedeploy_group" {
  description = "Deployment group whose deployments are judged."
  type        = string
}

variable "cluster_name" {
  description = "Cluster of the service."
  type        = string
}

variable "service_name" {
  description = "The service."
  type        = string
}

variable "report_bucket_name" {
  description = "Bucket of the reports."
  type        = string
}

variable "report_prefix" {
  description = "Where in the bucket, without '/' at the end."
  type        = string

  validation {
    condition     = can(regex("^[^/].*[^/]$", var.report_prefix))
    error_message = "report_prefix neither begins nor ends with '/'; example: reports/test."
  }
}

variable "report_kms_key_arn" {
  description = "Key of the bucket of the reports."
  type        = string
}

variable "alarm_topic_arns" {
  description = "Who is told when the hook fails without a verdict."
  type        = list(string)
  default     = []
}

variable "log_retention_days" {
  description = "How long logs are kept."
  type        = number
  default     = 365
}

variable "kms_key_arn" {
  description = "Key of logs and environment variables."
  type        = string
}

variable "permissions_boundary_arn" {
  description = "Upper limit of the role."
  type        = string
}
