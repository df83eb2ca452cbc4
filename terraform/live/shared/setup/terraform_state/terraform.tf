# Versions, state and accounts of this root; the same file in every root of its kind.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "config_dir" {
  description = "Folder of the configuration files."
  type        = string
  default     = "../../../../config"
}

# No backend here: the state begins in this folder and moves into the bucket that this root makes (scripts/tf.sh does both).

locals {
  config  = yamldecode(file("${var.config_dir}/shared.yml"))
  project = local.config.project
  tags    = { project = local.project, environment = "shared", region = local.config.aws_region_code, managed-by = "terraform" }
}

provider "aws" {
  region              = local.config.aws_region_name
  profile             = local.config.aws_profile_name
  allowed_account_ids = [local.config.aws_account_id]

  default_tags {
    tags = local.tags
  }
}
