# Versions, state and accounts of this root; the same file in every root of its kind.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  # Bucket, key, table, region and profile come from the configuration: scripts/tf.sh.
  backend "s3" {}
}

variable "config_dir" {
  description = "Folder of the configuration files."
  type        = string
  default     = "../../../config"
}

locals {
  # test and prod have the same files: the folder says which one this is.
  environment = basename(dirname(abspath(path.root)))
  shared      = yamldecode(file("${var.config_dir}/shared.yml"))
  config      = merge(local.shared, yamldecode(file("${var.config_dir}/${local.environment}.yml")))
  project     = local.config.project
  name        = "${local.project}-${local.environment}"
  global_name = "${local.name}-${local.config.aws_region_code}"
  origin_host = "origin.${local.config.hosts.site}"
  tags        = { project = local.project, environment = local.environment, region = local.config.aws_region_code, managed-by = "terraform" }
}

provider "aws" {
  region              = local.config.aws_region_name
  profile             = local.config.aws_profile_name
  allowed_account_ids = [local.config.aws_account_id]

  default_tags {
    tags = local.tags
  }
}

# CloudFront wants its certificate and its web ACL there.
provider "aws" {
  alias               = "us_east_1"
  region              = "us-east-1"
  profile             = local.config.aws_profile_name
  allowed_account_ids = [local.config.aws_account_id]

  default_tags {
    tags = local.tags
  }
}

# The account of pipeline, registry and artifacts.
provider "aws" {
  alias               = "shared"
  region              = local.shared.aws_region_name
  profile             = local.shared.aws_profile_name
  allowed_account_ids = [local.shared.aws_account_id]

  default_tags {
    tags = local.tags
  }
}
