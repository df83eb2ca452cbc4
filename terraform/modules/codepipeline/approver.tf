# For people: what `approve` calls, for this pipeline. To be attached to whoever may let releases through.

resource "aws_iam_policy" "approver" {
  #checkov:skip=CKV_AWS_355:codepipeline:ListPipelines has no resource; it lists names
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
        Sid      = "ReadReports"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = "arn:aws:s3:::${var.artifact_bucket_name}/reports/*"
      },
      {
        Sid       = "KeyOfReports"
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = var.artifact_kms_key_arn
        Condition = { StringEquals = { "kms:ViaService" = "s3.${local.region}.amazonaws.com" } }
      },
    ]
  })
}
