# A customer managed key with rotation. IAM policies of this account decide who uses it; services and other accounts get in only by what is
# asked for here. Must not be used for Terraform's state: the state's key belongs to state_backend, which exists before this does.

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  region     = data.aws_region.current.name

  statements = concat(
    [{
      Sid       = "IamPoliciesOfThisAccount"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${local.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }],
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html (2026-11)
    var.allow_logs ? [{
      Sid       = "CloudWatchLogs"
      Effect    = "Allow"
      Principal = { Service = "logs.${local.region}.amazonaws.com" }
      Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
      Resource  = "*"
      Condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:${local.region}:${local.account_id}:log-group:*" } }
    }] : [],
    # Origin access control reads objects that are encrypted with this key.
    # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html (2026-11)
    var.allow_cloudfront ? [{
      Sid       = "CloudFrontOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = "cloudfront.amazonaws.com" }
      Action    = ["kms:Decrypt"]
      Resource  = "*"
      Condition = { ArnLike = { "aws:SourceArn" = "arn:aws:cloudfront::${local.account_id}:distribution/*" } }
    }] : [],
    # Alarms, rules and CodePipeline publish to encrypted topics and queues.
    # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html (2026-11)
    length(var.publishing_services) > 0 ? [{
      Sid       = "PublishersOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = var.publishing_services }
      Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
      Resource  = "*"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }] : [],
    # Roles of the environments' accounts read and write artifacts; their own account's policies must allow it as well.
    length(var.other_account_ids) > 0 ? [{
      Sid       = "OtherAccountsThroughServices"
      Effect    = "Allow"
      Principal = { AWS = [for id in var.other_account_ids : "arn:aws:iam::${id}:root"] }
      Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*"]
      Resource  = "*"
      Condition = { StringEquals = { "kms:ViaService" = [for service in ["s3", "ecr"] : "${service}.${local.region}.amazonaws.com"] } }
    }] : [],
  )
}

resource "aws_kms_key" "this" {
  description             = var.description
  enable_key_rotation     = true
  deletion_window_in_days = var.deletion_window_days
  policy                  = jsonencode({ Version = "2012-10-17", Statement = local.statements })
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.alias}"
  target_key_id = aws_kms_key.this.key_id
}
