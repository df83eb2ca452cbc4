# For people: what `approve` calls, for this pipeline. To be attached to whoever may let releases through.

resource "aws_iam_policy" "approver" {
  #checkov:skip=CKV_AWS_355:codepipeline:ListPipelines and ecs:DescribeTaskDefinition have no resource (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html)
  name        = "${var.name}-approver"
  description = "See releases of ${var.name} and answer its gate"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "FindPipelines"
        Effect   = "Allow"
        Action   = ["codepipeline:ListPipelines"]
        Resource = "*"
      },
      {
        Sid    = "SeeOnePipeline"
        Effect = "Allow"
        Action = [
          "codepipeline:GetPipeline", "codepipeline:GetPipelineExecution", "codepipeline:GetPipelineState",
          "codepipeline:ListActionExecutions", "codepipeline:ListPipelineExecutions",
        ]
        Resource = "arn:aws:codepipeline:${local.region}:${local.account_id}:${var.name}"
      },
      {
        Sid      = "AnswerTheGate"
        Effect   = "Allow"
        Action   = ["codepipeline:PutApprovalResult"]
        Resource = "arn:aws:codepipeline:${local.region}:${local.account_id}:${var.name}/Approve/Approve"
      },
      {
        # Who waits at the gate and what is in production, side by side: settings, the traffic's shift, the site's files.
        Sid      = "FollowDeployments"
        Effect   = "Allow"
        Action   = ["codedeploy:GetDeploymentGroup", "codedeploy:GetDeploymentTarget", "codedeploy:ListDeploymentTargets"]
        Resource = [for environment in var.environments : "arn:aws:codedeploy:${local.region}:${local.account_id}:deploymentgroup:${environment.codedeploy_application}/${environment.codedeploy_group}"]
      },
      {
        Sid      = "SeeServices"
        Effect   = "Allow"
        Action   = ["ecs:DescribeServices"]
        Resource = "arn:aws:ecs:${local.region}:${local.account_id}:service/${var.name}-*/*"
      },
      {
        Sid      = "SeeSettings"
        Effect   = "Allow"
        Action   = ["ecs:DescribeTaskDefinition"]
        Resource = "*"
      },
      {
        # Reports of the hook, and the artifacts of the release that waits.
        Sid      = "ReadArtifacts"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = "arn:aws:s3:::${var.artifact_bucket_name}/*"
      },
      {
        Sid      = "ReadWhatSitesHave"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = [for environment in var.environments : "arn:aws:s3:::${environment.site_bucket_name}/.greenlight/*"]
      },
      {
        Sid       = "KeyOfArtifacts"
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = var.artifact_kms_key_arn
        Condition = { StringEquals = { "kms:ViaService" = "s3.${local.region}.amazonaws.com" } }
      },
    ]
  })
}
