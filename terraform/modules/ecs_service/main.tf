# One service on Fargate that CodeDeploy deploys: log group, roles, bootstrap revision, service, autoscaling, alarms. After its creation
# the task definition belongs to backend/deploy/ and CodeDeploy; what Terraform registers here is only what the service starts with. Secrets are made by setup.sh and never seen here.

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  region     = data.aws_region.current.name
  family     = "${var.name}-${var.service_name}"
}

resource "aws_cloudwatch_log_group" "this" {
  name              = var.log_group_name
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

# The first revision. The pipeline registers all others in the same family.
resource "aws_ecs_task_definition" "bootstrap" {
  family                   = local.family
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn

  runtime_platform {
    cpu_architecture        = "X86_64"
    operating_system_family = "LINUX"
  }
  volume {
    name = "tmp"
  }
  container_definitions = jsonencode([{
    name                   = var.container_name
    image                  = var.bootstrap_image
    essential              = true
    portMappings           = [{ containerPort = var.container_port, protocol = "tcp" }]
    readonlyRootFilesystem = true
    mountPoints            = [{ sourceVolume = "tmp", containerPath = "/tmp", readOnly = false }]
    linuxParameters        = { initProcessEnabled = true }
    stopTimeout            = 30
    environment            = [for key, value in merge(var.environment_variables, { IMAGE = var.bootstrap_image }) : { name = key, value = value }]
    secrets                = [for key, path in var.secrets : { name = key, valueFrom = path }]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.this.name
        awslogs-region        = local.region
        awslogs-stream-prefix = var.container_name
      }
    }
  }])

  # A revision cannot be changed, and the service no longer asks for this one.
  lifecycle {
    ignore_changes = all
  }
}

resource "aws_ecs_service" "this" {
  name                              = var.service_name
  cluster                           = var.cluster_name
  task_definition                   = aws_ecs_task_definition.bootstrap.arn
  desired_count                     = var.min_tasks
  launch_type                       = "FARGATE"
  platform_version                  = "LATEST"
  health_check_grace_period_seconds = 60
  enable_ecs_managed_tags           = true
  propagate_tags                    = "SERVICE"

  deployment_controller {
    type = "CODE_DEPLOY"
  }
  network_configuration {
    subnets          = var.subnet_ids
    security_groups  = [var.security_group_id]
    assign_public_ip = false
  }
  load_balancer {
    target_group_arn = var.target_group_arns["blue"]
    container_name   = var.container_name
    container_port   = var.container_port
  }
  # CodeDeploy owns these; ECS refuses to change them (hashicorp/terraform-provider-aws#12703). Autoscaling owns the count. Changes of
  # network and platform travel by the AppSpec.
  lifecycle {
    ignore_changes = [task_definition, load_balancer, desired_count, network_configuration, platform_version]
  }

  depends_on = [aws_iam_role_policy.execution, aws_iam_role_policy.task]
}
