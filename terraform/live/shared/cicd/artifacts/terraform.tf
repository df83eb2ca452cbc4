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
  default     = "../../../../config"
}

locals {
  environment = "shared"
  shared      = yamldecode(file("${var.config_dir}/shared.yml"))
  environments = {
    for name in ["test", "prod"] : name => merge(local.shared, yamldecode(file("${var.config_dir}/${name}.yml")))
  }
  config  = local.shared
  project = local.shared.project
  tags    = { project = local.project, environment = "shared", region = local.shared.aws_region_code, managed-by = "terraform" }
}

provider "aws" {
  region              = local.shared.aws_region_name
  profile             = local.shared.aws_profile_name
  allowed_account_ids = [local.shared.aws_account_id]

  default_tags {
    tags = local.tags
  }
}

# The environments' accounts, which may be the same one.
provider "aws" {
  alias               = "test"
  region              = local.environments.test.aws_region_name
  profile             = local.environments.test.aws_profile_name
  allowed_account_ids = [local.environments.test.aws_account_id]

  default_tags {
    tags = merge(local.tags, { environment = "test" })
  }
}

provider "aws" {
  alias               = "prod"
  region              = local.environments.prod.aws_region_name
  profile             = local.environments.prod.aws_profile_name
  allowed_account_ids = [local.environments.prod.aws_account_id]

  default_tags {
    tags = merge(local.tags, { environment = "prod" })
  }
}
