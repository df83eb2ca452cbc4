# For an environment in an account of its own: the role that the pipeline's account takes to deploy there. It is the role of the pipeline's
# actions of this environment; where the accounts are equal, nobody needs it.

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  region     = data.aws_region.current.name
  codedeploy = "arn:aws:codedeploy:${local.region}:${local.account_id}"
}

resource "aws_iam_role" "this" {
  name                 = "${var.name}-deployer"
  description          = "The pipeline of account ${var.pipeline_account_id} deploys ${var.name}"
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${var.pipeline_account_id}:root" }
      Action    = "sts:AssumeRole"
      Condition = { ArnEquals = { "aws:PrincipalArn" = "arn:aws:iam::${var.pipeline_account_id}:role/${var.pipeline_role_name}" } }
    }]
  })

  lifecycle {
    precondition {
      condition     = var.pipeline_account_id != local.account_id
      error_message = "the pipeline is in this account (${local.account_id}): its own role deploys, and a deployer is not needed."
    }
  }
}

resource "aws_iam_role_policy" "this" {
  #checkov:skip=CKV_AWS_355:ecs:RegisterTaskDefinition has no resource; which roles a definition may name is bound by PassRole
  #checkov:skip=CKV_AWS_290:see CKV_AWS_355
  name = "deploy"
  role = aws_iam_role.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Artifacts"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion"]
        Resource = "arn:aws:s3:::${var.artifact_bucket_name}/${var.pipeline_name}/*"
      },
      {
        Sid      = "KeyOfArtifacts"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = var.artifact_kms_key_arn
      },
      {
        Sid    = "Deploy"
        Effect = "Allow"
        Action = [
          "codedeploy:CreateDeployment", "codedeploy:GetApplication", "codedeploy:GetApplicationRevision", "codedeploy:GetDeployment",
          "codedeploy:GetDeploymentConfig", "codedeploy:RegisterApplicationRevision",
        ]
        Resource = [
          "${local.codedeploy}:application:${var.codedeploy_application}",
          "${local.codedeploy}:deploymentgroup:${var.codedeploy_application}/${var.codedeploy_group}",
          "${local.codedeploy}:deploymentconfig:${var.codedeploy_config}",
        ]
      },
      {
        Sid      = "RegisterRevisions"
        Effect   = "Allow"
        Action   = ["ecs:RegisterTaskDefinition"]
        Resource = "*"
      },
      {
        Sid       = "TagRevisions"
        Effect    = "Allow"
        Action    = ["ecs:TagResource"]
        Resource  = "arn:aws:ecs:${local.region}:${local.account_id}:task-definition/${var.task_family}:*"
        Condition = { StringEquals = { "ecs:CreateAction" = "RegisterTaskDefinition" } }
      },
      {
        Sid       = "RolesOfTheTasks"
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = [for role in ["execution", "task"] : "arn:aws:iam::${local.account_id}:role/${var.task_family}-${role}"]
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
      {
        Sid      = "Builds"
        Effect   = "Allow"
        Action   = ["codebuild:BatchGetBuilds", "codebuild:StartBuild"]
        Resource = [for name in var.codebuild_projects : "arn:aws:codebuild:${local.region}:${local.account_id}:project/${name}"]
      },
    ]
  })
}
