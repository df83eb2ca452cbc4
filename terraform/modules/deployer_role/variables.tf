variable "name" {
  description = "Project and environment, such as greenlight-prod."
  type        = string
}

variable "pipeline_account_id" {
  description = "Account of the pipeline."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.pipeline_account_id))
    error_message = "pipeline_account_id is an account number of 12 digits."
  }
}

variable "pipeline_role_name" {
  description = "Role of the pipeline, the only one that may take this one."
  type        = string
}

variable "pipeline_name" {
  description = "The pipeline: what its artifacts' keys begin with."
  type        = string
}

variable "artifact_bucket_name" {
  description = "Bucket of the artifacts, in the pipeline's account."
  type        = string
}

variable "artifact_kms_key_arn" {
  description = "Key of the artifacts, in the pipeline's account."
  type        = string
}

variable "codedeploy_application" {
  description = "Application that is deployed."
  type        = string
}

variable "codedeploy_group" {
  description = "Deployment group that is deployed."
  type        = string
}

variable "codedeploy_config" {
  description = "Deployment configuration of the group."
  type        = string
}

variable "task_family" {
  description = "Family of the task definitions."
  type        = string
}

variable "codebuild_projects" {
  description = "Projects that run in this account."
  type        = list(string)
}

variable "permissions_boundary_arn" {
  description = "Upper limit of the role."
  type        = string
}
