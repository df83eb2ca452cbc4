mock_provider "aws" {
  source = "../../testing/mocks"
}

variables {
  name                      = "greenlight-test"
  cluster_name              = "greenlight-test"
  subnet_ids                = ["subnet-a", "subnet-b", "subnet-c"]
  security_group_id         = "sg-0123456789abcdef0"
  bootstrap_image           = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/greenlight/backend:bootstrap-0123abc"
  environment_variables     = { ENVIRONMENT = "test", JOURNAL_TABLE = "greenlight-test-journal" }
  secrets                   = { DJANGO_SECRET_KEY = "/greenlight/test/django-secret-key", JOURNAL_EVENTS_KEY = "/greenlight/test/events-key" }
  repository_arn            = "arn:aws:ecr:eu-central-1:123456789012:repository/greenlight/backend"
  table_arn                 = "arn:aws:dynamodb:eu-central-1:123456789012:table/greenlight-test-journal"
  target_group_arns         = { blue = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/greenlight-test-blue/1", green = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/greenlight-test-green/2" }
  target_group_arn_suffixes = { blue = "targetgroup/greenlight-test-blue/1", green = "targetgroup/greenlight-test-green/2" }
  alb_arn_suffix            = "app/greenlight-test/3"
  reports                   = { bucket = "greenlight-artifacts-123456789012", prefix = "reports", kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/22222222-2222-2222-2222-222222222222" }
  min_tasks                 = 2
  max_tasks                 = 6
  log_group_name            = "/greenlight/test/backend"
  kms_key_arn               = "arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-1111-1111-111111111111"
  permissions_boundary_arn  = "arn:aws:iam::123456789012:policy/greenlight-test-boundary"
  alarm_topic_arns          = ["arn:aws:sns:eu-central-1:123456789012:greenlight-test-alarms"]
}

run "codedeploy_deploys_fargate_in_private_subnets" {
  assert {
    condition     = aws_ecs_service.this.deployment_controller[0].type == "CODE_DEPLOY" && aws_ecs_service.this.launch_type == "FARGATE" && aws_ecs_service.this.name == "backend"
    error_message = "CodeDeploy's service on Fargate"
  }
  assert {
    condition     = !aws_ecs_service.this.network_configuration[0].assign_public_ip && length(aws_ecs_service.this.network_configuration[0].subnets) == 3
    error_message = "no public address, every zone"
  }
  assert {
    condition     = one(aws_ecs_service.this.load_balancer).target_group_arn == var.target_group_arns["blue"]
    error_message = "exactly one target group: a second one is refused"
  }
}

run "the_bootstrap_revision_is_as_strict_as_the_template" {
  assert {
    condition     = aws_ecs_task_definition.bootstrap.family == "greenlight-test-backend"
    error_message = "the family that the template has"
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.bootstrap.container_definitions)[0].readonlyRootFilesystem
    error_message = "the root file system is read-only"
  }
  assert {
    condition = { for s in jsondecode(aws_ecs_task_definition.bootstrap.container_definitions)[0].secrets : s.name => s.valueFrom } == {
      DJANGO_SECRET_KEY = "/greenlight/test/django-secret-key", JOURNAL_EVENTS_KEY = "/greenlight/test/events-key"
    }
    error_message = "secrets by reference"
  }
}

run "roles_may_what_they_need" {
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.execution.policy).Statement : s.Sid if flatten([s.Resource]) == ["*"]] == ["RegistryToken"]
    error_message = "only the token has no resource"
  }
  assert {
    condition = [for s in jsondecode(aws_iam_role_policy.execution.policy).Statement : s.Resource if s.Sid == "ReadNamedSecrets"] == [[
      "arn:aws:ssm:eu-central-1:123456789012:parameter/greenlight/test/django-secret-key", "arn:aws:ssm:eu-central-1:123456789012:parameter/greenlight/test/events-key",
    ]]
    error_message = "its own secrets, not ssm:*"
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.task.policy).Statement[0].Action == ["dynamodb:BatchGetItem", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"]
    error_message = "what the application calls; no Scan"
  }
  assert {
    condition     = alltrue([for r in [aws_iam_role.execution, aws_iam_role.task] : r.permissions_boundary == var.permissions_boundary_arn])
    error_message = "both roles have the boundary"
  }
  assert {
    condition     = aws_iam_role.execution.name == "greenlight-test-backend-execution" && aws_iam_role.task.name == "greenlight-test-backend-task"
    error_message = "the names that the task definition's template has"
  }
}

run "the_task_reads_reports_and_no_artifacts" {
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.task.policy).Statement : s.Resource if s.Sid == "ReportsOfTheHooks"] == ["arn:aws:s3:::greenlight-artifacts-123456789012/reports/*"]
    error_message = "one prefix"
  }
}

run "scales_on_cpu_memory_and_requests_of_both_colours" {
  assert {
    condition     = aws_appautoscaling_target.this.min_capacity == 2 && aws_appautoscaling_target.this.max_capacity == 6 && aws_appautoscaling_target.this.resource_id == "service/greenlight-test/backend"
    error_message = "between its limits"
  }
  assert {
    condition     = { for k, p in aws_appautoscaling_policy.utilisation : k => p.target_tracking_scaling_policy_configuration[0].target_value } == { cpu = 60, memory = 75 }
    error_message = "CPU and memory"
  }
  assert {
    condition = toset([for m in aws_appautoscaling_policy.requests.target_tracking_scaling_policy_configuration[0].customized_metric_specification[0].metrics :
    one(m.metric_stat[0].metric[0].dimensions).value if length(m.metric_stat) > 0]) == toset(values(var.target_group_arn_suffixes))
    error_message = "requests of blue and green: the service moves between them"
  }
}

run "alarms_watch_both_colours_and_tell_somebody" {
  assert {
    condition     = toset(output.rollback_alarm_names) == toset(["greenlight-test-backend-errors", "greenlight-test-backend-latency", "greenlight-test-backend-unhealthy"])
    error_message = "three alarms for CodeDeploy"
  }
  assert {
    condition = alltrue([for a in aws_cloudwatch_metric_alarm.rollback :
    toset([for q in a.metric_query : q.metric[0].dimensions["TargetGroup"] if length(q.metric) > 0]) == toset(values(var.target_group_arn_suffixes))])
    error_message = "each over both target groups"
  }
  assert {
    condition     = alltrue([for a in aws_cloudwatch_metric_alarm.rollback : a.treat_missing_data == "notBreaching" && a.alarm_actions == toset(var.alarm_topic_arns)])
    error_message = "silence is no alarm; alarms are told"
  }
}

run "logs" {
  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/greenlight/test/backend" && aws_cloudwatch_log_group.this.kms_key_id == var.kms_key_arn && aws_cloudwatch_log_group.this.retention_in_days == 365
    error_message = "encrypted, for a year"
  }
}

run "refuses_secrets_in_plain" {
  command         = plan
  expect_failures = [var.environment_variables, var.secrets]

  variables {
    environment_variables = { DJANGO_SECRET_KEY = "x" }
    secrets               = { A = "secret" }
  }
}

run "refuses_what_cannot_run" {
  command         = plan
  expect_failures = [var.min_tasks, var.reports, var.bootstrap_image, var.subnet_ids, var.target_group_arns, var.scaling]

  variables {
    min_tasks         = 0
    reports           = { bucket = "b", prefix = "/reports/", kms_key_arn = "k" }
    bootstrap_image   = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/greenlight/backend:latest"
    subnet_ids        = ["subnet-a"]
    target_group_arns = { blue = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/x/1" }
    scaling           = { cpu_percent = 100 }
  }
}

run "refuses_a_maximum_below_the_minimum" {
  command         = plan
  expect_failures = [var.max_tasks]

  variables {
    max_tasks = 1
  }
}
