# What the pipeline itself may do. Environments in other accounts are deployed by their deployer, so that here only taking that role is allowed.

locals {
  local_environments = { for name, about in var.environments : name => about if about.deployer_role_arn == null }
  deployers          = [for about in var.environments : about.deployer_role_arn if about.deployer_role_arn != null]
  codedeploy         = "arn:aws:codedeploy:${local.region}:${local.account_id}"
  # codeconnections or codestar-connections: the action has the prefix that the ARN has.
  connection_service = split(":", var.connection_arn)[2]
  projects = concat(
    compact(values(var.projects)),
    flatten([for about in local.local_environments : [about.publish_project, about.smoke_project]]),
  )

  always = [
    {
      Sid      = "Artifacts"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
      Resource = ["arn:aws:s3:::${var.artifact_bucket_name}/${var.name}/*"]
    },
    {
      Sid      = "ArtifactBucket"
      Effect   = "Allow"
      Action   = ["s3:GetBucketLocation", "s3:GetBucketVersioning"]
      Resource = ["arn:aws:s3:::${var.artifact_bucket_name}"]
    },
    {
      Sid      = "Builds"
      Effect   = "Allow"
      Action   = ["codebuild:BatchGetBuilds", "codebuild:StartBuild"]
      Resource = [for name in local.projects : "arn:aws:codebuild:${local.region}:${local.account_id}:project/${name}"]
    },
    {
      Sid      = "TellApprovers"
      Effect   = "Allow"
      Action   = ["sns:Publish"]
      Resource = [var.approval_topic_arn]
    },
  ]
  conditional = [
    {
      Sid       = "KeyOfArtifacts"
      Effect    = "Allow"
      Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
      Resource  = [var.artifact_kms_key_arn]
      Condition = { StringEquals = { "kms:ViaService" = ["s3.${local.region}.amazonaws.com", "sns.${local.region}.amazonaws.com"] } }
    },
    {
      Sid       = "OneRepository"
      Effect    = "Allow"
      Action    = ["${local.connection_service}:UseConnection"]
      Resource  = [var.connection_arn]
      Condition = { "ForAllValues:StringEquals" = { "${local.connection_service}:FullRepositoryId" = [var.repository] } }
    },
  ]
  deploy = [
    {
      Sid    = "Deploy"
      Effect = "Allow"
      Action = [
        "codedeploy:CreateDeployment", "codedeploy:GetApplication", "codedeploy:GetApplicationRevision", "codedeploy:GetDeployment",
        "codedeploy:GetDeploymentConfig", "codedeploy:RegisterApplicationRevision",
      ]
      Resource = flatten([for about in local.local_environments : [
        "${local.codedeploy}:application:${about.codedeploy_application}",
        "${local.codedeploy}:deploymentgroup:${about.codedeploy_application}/${about.codedeploy_group}",
        "${local.codedeploy}:deploymentconfig:${about.codedeploy_config}",
      ]])
    },
    {
      Sid      = "RegisterRevisions"
      Effect   = "Allow"
      Action   = ["ecs:RegisterTaskDefinition"]
      Resource = ["*"]
    },
  ]
  deploy_conditional = [
    {
      Sid       = "TagRevisions"
      Effect    = "Allow"
      Action    = ["ecs:TagResource"]
      Resource  = [for about in local.local_environments : "arn:aws:ecs:${local.region}:${local.account_id}:task-definition/${about.task_family}:*"]
      Condition = { StringEquals = { "ecs:CreateAction" = "RegisterTaskDefinition" } }
    },
    {
      Sid       = "RolesOfTheTasks"
      Effect    = "Allow"
      Action    = ["iam:PassRole"]
      Resource  = flatten([for about in local.local_environments : [for role in ["execution", "task"] : "arn:aws:iam::${local.account_id}:role/${about.task_family}-${role}"]])
      Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
    },
  ]
  take_deployers = [{
    Sid      = "TakeDeployers"
    Effect   = "Allow"
    Action   = ["sts:AssumeRole"]
    Resource = local.deployers
  }]
}

resource "aws_iam_role" "this" {
  name                 = "${var.name}-pipeline"
  description          = "The pipeline ${var.name}"
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "codepipeline.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  #checkov:skip=CKV_AWS_355:ecs:RegisterTaskDefinition has no resource; which roles a definition may name is bound by PassRole
  #checkov:skip=CKV_AWS_290:see CKV_AWS_355
  name = "pipeline"
  role = aws_iam_role.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      local.always,
      local.conditional,
      [for statement in local.deploy : statement if length(local.local_environments) > 0],
      [for statement in local.deploy_conditional : statement if length(local.local_environments) > 0],
      [for statement in local.take_deployers : statement if length(local.deployers) > 0],
    )
  })
}
