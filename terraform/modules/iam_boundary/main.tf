# The most that any role of this project may ever do, whatever its policies say. It grants nothing by itself. A role that is taken over
# cannot make itself or others more powerful: no IAM writes but handing a role of the project to ECS, no way around the boundary.

resource "aws_iam_policy" "boundary" {
  #checkov:skip=CKV_AWS_286:a permission boundary grants nothing; it is the upper limit of what policies can grant
  #checkov:skip=CKV_AWS_287:see CKV_AWS_286
  #checkov:skip=CKV_AWS_288:see CKV_AWS_286
  #checkov:skip=CKV_AWS_289:see CKV_AWS_286
  #checkov:skip=CKV_AWS_290:see CKV_AWS_286
  #checkov:skip=CKV_AWS_355:see CKV_AWS_286
  name        = var.name
  description = "Upper limit of every role of ${var.project}"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ServicesOfTheSystem"
        Effect = "Allow"
        Action = [
          "cloudfront:CreateInvalidation", "cloudfront:GetInvalidation",
          "cloudwatch:DescribeAlarms",
          "codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:CreateReportGroup", "codebuild:CreateReport",
          "codebuild:UpdateReport", "codebuild:BatchPutTestCases", "codebuild:BatchPutCodeCoverages",
          "codedeploy:*",
          "codeconnections:UseConnection", "codestar-connections:UseConnection",
          "dynamodb:BatchGetItem", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:Query",
          "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets",
          "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
          "ecr:*",
          "ecs:Describe*", "ecs:CreateTaskSet", "ecs:DeleteTaskSet", "ecs:UpdateServicePrimaryTaskSet", "ecs:RegisterTaskDefinition", "ecs:TagResource",
          "elasticloadbalancing:Describe*", "elasticloadbalancing:ModifyListener", "elasticloadbalancing:ModifyRule",
          "events:InvokeApiDestination",
          "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*",
          "lambda:GetFunctionConfiguration", "lambda:InvokeFunction",
          "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogGroups", "logs:DescribeLogStreams",
          "s3:*Object", "s3:AbortMultipartUpload", "s3:GetObjectVersion", "s3:ListBucket", "s3:GetBucketLocation", "s3:GetBucketVersioning", "s3:GetBucketAcl",
          "sns:Publish", "sqs:SendMessage",
          "ssm:GetParameter", "ssm:GetParameters",
          "xray:PutTraceSegments", "xray:PutTelemetryRecords",
        ]
        Resource = "*"
      },
      {
        Sid       = "HandProjectRolesToServices"
        Effect    = "Allow"
        Action    = "iam:PassRole"
        Resource  = "arn:aws:iam::*:role/${var.project}-*"
        Condition = { StringEquals = { "iam:PassedToService" = ["ecs-tasks.amazonaws.com"] } }
      },
      {
        # render-taskdef looks whether the roles of the tasks are there.
        Sid      = "LookAtProjectRoles"
        Effect   = "Allow"
        Action   = "iam:GetRole"
        Resource = "arn:aws:iam::*:role/${var.project}-*"
      },
      {
        Sid      = "DeployersOfOtherAccounts"
        Effect   = "Allow"
        Action   = "sts:AssumeRole"
        Resource = "arn:aws:iam::*:role/${var.project}-*-deployer"
      },
      {
        Sid    = "KeepTheProtection"
        Effect = "Deny"
        Action = [
          "ecr:DeleteRepository", "ecr:DeleteRepositoryPolicy", "ecr:SetRepositoryPolicy", "ecr:PutImageTagMutability", "ecr:DeleteLifecyclePolicy",
          "codedeploy:DeleteApplication", "codedeploy:DeleteDeploymentGroup", "codedeploy:UpdateDeploymentGroup",
        ]
        Resource = "*"
      },
    ]
  })
}
