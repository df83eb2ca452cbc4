# The project's role. `base` is what every build needs, `own` what this one does.

resource "aws_iam_role" "this" {
  name                 = "${var.name}-build"
  description          = "CodeBuild runs ${var.buildspec}"
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "codebuild.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }]
  })
}

locals {
  artifact_bucket_arn = "arn:aws:s3:::${var.artifact_bucket_name}"
}

resource "aws_iam_role_policy" "base" {
  name = "base"
  role = aws_iam_role.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "Log"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = ["arn:aws:logs:${local.region}:${local.account_id}:log-group:${local.log_group_name}:*"]
        },
        {
          Sid      = "ReadArtifacts"
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:GetObjectVersion"]
          Resource = ["${local.artifact_bucket_arn}/${var.pipeline_name}/*"]
        },
      ],
      [for statement in [
        {
          Sid      = "WriteArtifacts"
          Effect   = "Allow"
          Action   = ["s3:PutObject"]
          Resource = ["${local.artifact_bucket_arn}/${var.pipeline_name}/*"]
        },
      ] : statement if var.writes_artifacts],
      [for statement in [
        {
          Sid      = "Cache"
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:PutObject"]
          Resource = ["${local.artifact_bucket_arn}/${local.cache_prefix}/*", "${local.artifact_bucket_arn}/${local.cache_prefix}"]
        },
      ] : statement if var.cache],
      [for statement in [
        {
          Sid    = "Reports"
          Effect = "Allow"
          Action = [
            "codebuild:BatchPutCodeCoverages", "codebuild:BatchPutTestCases", "codebuild:CreateReport", "codebuild:CreateReportGroup",
            "codebuild:UpdateReport",
          ]
          Resource = ["arn:aws:codebuild:${local.region}:${local.account_id}:report-group/${var.name}-*"]
        },
      ] : statement if var.reports],
    )
  })
}

resource "aws_iam_role_policy" "key" {
  name = "artifact-key"
  role = aws_iam_role.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "KeyOfArtifacts"
      Effect    = "Allow"
      Action    = var.writes_artifacts || var.cache ? ["kms:Decrypt", "kms:GenerateDataKey"] : ["kms:Decrypt"]
      Resource  = [var.artifact_kms_key_arn]
      Condition = { StringEquals = { "kms:ViaService" = "s3.${local.region}.amazonaws.com" } }
    }]
  })
}

resource "aws_iam_role_policy" "own" {
  #checkov:skip=CKV_AWS_355:ecr:GetAuthorizationToken and ecs:DescribeTaskDefinition have no resource; the variable's validation lets nothing else through
  count = length(var.statements) > 0 ? 1 : 0

  name = "own"
  role = aws_iam_role.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for sid, statement in var.statements : merge(
      { Sid = sid, Effect = "Allow", Action = statement.actions, Resource = statement.resources },
      statement.via_service == null ? {} : { Condition = { StringEquals = { "kms:ViaService" = "${statement.via_service}.${local.region}.amazonaws.com" } } },
    )]
  })
}
