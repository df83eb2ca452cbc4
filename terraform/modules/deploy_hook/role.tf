# What the hook may do: what `validate-deploy explain --iam` prints, as narrow as each action can be.

resource "aws_iam_role" "this" {
  name                 = local.function_name
  description          = "The hook of ${var.name}"
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  #checkov:skip=CKV_AWS_355:Describe of load balancing, task definitions, interfaces and traces has no resources
  #checkov:skip=CKV_AWS_290:network interfaces of a function have no resource to name (https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html)
  name = "judge"
  role = aws_iam_role.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Log"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:${local.region}:${local.account_id}:log-group:/aws/lambda/${local.function_name}:*"
      },
      {
        Sid    = "VerdictOfOneGroup"
        Effect = "Allow"
        Action = [
          "codedeploy:GetDeployment", "codedeploy:GetDeploymentTarget", "codedeploy:ListDeploymentTargets",
          "codedeploy:PutLifecycleEventHookExecutionStatus",
        ]
        Resource = "arn:aws:codedeploy:${local.region}:${local.account_id}:deploymentgroup:${var.codedeploy_application}/${var.codedeploy_group}"
      },
      {
        Sid    = "TaskSetsOfOneService"
        Effect = "Allow"
        Action = ["ecs:DescribeTaskSets", "ecs:DescribeServiceRevisions"]
        Resource = [
          "arn:aws:ecs:${local.region}:${local.account_id}:service/${var.cluster_name}/${var.service_name}",
          "arn:aws:ecs:${local.region}:${local.account_id}:service-revision/${var.cluster_name}/${var.service_name}/*",
          "arn:aws:ecs:${local.region}:${local.account_id}:task-set/${var.cluster_name}/${var.service_name}/*",
        ]
      },
      {
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html (2026-11): no resources.
        Sid    = "DiscoverGreen"
        Effect = "Allow"
        Action = [
          "ecs:DescribeTaskDefinition",
          "elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeRules",
          "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth",
        ]
        Resource = "*"
      },
      {
        Sid      = "Report"
        Effect   = "Allow"
        Action   = ["s3:PutObject"]
        Resource = "arn:aws:s3:::${var.report_bucket_name}/${var.report_prefix}/*"
      },
      {
        Sid       = "KeyOfTheReport"
        Effect    = "Allow"
        Action    = ["kms:GenerateDataKey"]
        Resource  = var.report_kms_key_arn
        Condition = { StringEquals = { "kms:ViaService" = "s3.${local.region}.amazonaws.com" } }
      },
      {
        Sid      = "OwnEnvironment"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = var.kms_key_arn
      },
      {
        Sid    = "NetworkInterfaces"
        Effect = "Allow"
        Action = [
          "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses",
        ]
        Resource = "*"
      },
      {
        Sid      = "Trace"
        Effect   = "Allow"
        Action   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
        Resource = "*"
      },
    ]
  })
}
