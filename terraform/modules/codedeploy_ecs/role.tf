# What CodeDeploy may do: AWSCodeDeployRoleForECS, but for one service, two listeners, one hook, its alarms and two roles.
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCodeDeployRoleForECS.html (2026-11)

resource "aws_iam_role" "this" {
  name                 = "${var.name}-codedeploy"
  description          = "CodeDeploy deploys ${var.name}"
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "codedeploy.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  #checkov:skip=CKV_AWS_355:elasticloadbalancing:Describe… have no resources
  name = "deploy"
  role = aws_iam_role.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid    = "TaskSetsOfOneService"
          Effect = "Allow"
          Action = ["ecs:CreateTaskSet", "ecs:DeleteTaskSet", "ecs:DescribeServices", "ecs:UpdateServicePrimaryTaskSet"]
          Resource = [
            "arn:aws:ecs:${local.region}:${local.account_id}:service/${var.cluster_name}/${var.service_name}",
            "arn:aws:ecs:${local.region}:${local.account_id}:task-set/${var.cluster_name}/${var.service_name}/*",
          ]
        },
        {
          Sid      = "LookAtLoadBalancing"
          Effect   = "Allow"
          Action   = ["elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeRules", "elasticloadbalancing:DescribeTargetGroups"]
          Resource = "*"
        },
        {
          Sid      = "MoveTraffic"
          Effect   = "Allow"
          Action   = ["elasticloadbalancing:ModifyListener"]
          Resource = [var.production_listener_arn, var.test_listener_arn]
        },
        {
          Sid      = "MoveTrafficOfTheirRules"
          Effect   = "Allow"
          Action   = ["elasticloadbalancing:ModifyRule"]
          Resource = [for arn in [var.production_listener_arn, var.test_listener_arn] : "${replace(arn, ":listener/", ":listener-rule/")}/*"]
        },
        {
          Sid      = "AskTheHook"
          Effect   = "Allow"
          Action   = ["lambda:InvokeFunction"]
          Resource = [var.hook_arn]
        },
        {
          Sid      = "WatchAlarms"
          Effect   = "Allow"
          Action   = ["cloudwatch:DescribeAlarms"]
          Resource = [for name in var.rollback_alarm_names : "arn:aws:cloudwatch:${local.region}:${local.account_id}:alarm:${name}"]
        },
        {
          Sid       = "RolesOfTheTasks"
          Effect    = "Allow"
          Action    = ["iam:PassRole"]
          Resource  = var.task_role_arns
          Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
        },
      ],
      [for statement in [
        {
          Sid      = "TellPeople"
          Effect   = "Allow"
          Action   = ["sns:Publish"]
          Resource = compact([var.alarm_topic_arn])
        },
        {
          Sid       = "KeyOfTheTopic"
          Effect    = "Allow"
          Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
          Resource  = [var.kms_key_arn]
          Condition = { StringEquals = { "kms:ViaService" = "sns.${local.region}.amazonaws.com" } }
        },
      ] : statement if var.alarm_topic_arn != null],
    )
  })
}
