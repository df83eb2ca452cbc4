# Blue/green deployments of one service: how traffic moves, what is rolled back on, when blue goes. The hook is named in the AppSpec.

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

locals {
  account_id  = data.aws_caller_identity.current.account_id
  region      = data.aws_region.current.name
  all_at_once = var.traffic.type == "all_at_once"
}

resource "aws_codedeploy_app" "this" {
  name             = var.name
  compute_platform = "ECS"
}

# The name says what it does, because a configuration cannot be changed.
resource "aws_codedeploy_deployment_config" "this" {
  count = local.all_at_once ? 0 : 1

  deployment_config_name = "${var.name}-${var.traffic.type}-${var.traffic.percent}-percent-${var.traffic.minutes}-min"
  compute_platform       = "ECS"

  traffic_routing_config {
    type = var.traffic.type == "canary" ? "TimeBasedCanary" : "TimeBasedLinear"

    dynamic "time_based_canary" {
      for_each = var.traffic.type == "canary" ? [var.traffic] : []

      content {
        percentage = time_based_canary.value.percent
        interval   = time_based_canary.value.minutes
      }
    }
    dynamic "time_based_linear" {
      for_each = var.traffic.type == "linear" ? [var.traffic] : []

      content {
        percentage = time_based_linear.value.percent
        interval   = time_based_linear.value.minutes
      }
    }
  }
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_codedeploy_deployment_group" "this" {
  app_name               = aws_codedeploy_app.this.name
  deployment_group_name  = var.group_name
  service_role_arn       = aws_iam_role.this.arn
  deployment_config_name = local.all_at_once ? "CodeDeployDefault.ECSAllAtOnce" : aws_codedeploy_deployment_config.this[0].deployment_config_name

  deployment_style {
    deployment_type   = "BLUE_GREEN"
    deployment_option = "WITH_TRAFFIC_CONTROL"
  }
  ecs_service {
    cluster_name = var.cluster_name
    service_name = var.service_name
  }
  load_balancer_info {
    target_group_pair_info {
      prod_traffic_route {
        listener_arns = [var.production_listener_arn]
      }
      test_traffic_route {
        listener_arns = [var.test_listener_arn]
      }
      dynamic "target_group" {
        for_each = var.target_group_names

        content {
          name = target_group.value
        }
      }
    }
  }
  blue_green_deployment_config {
    deployment_ready_option {
      action_on_timeout = "CONTINUE_DEPLOYMENT"
    }
    # As long as blue is there, going back takes seconds.
    terminate_blue_instances_on_deployment_success {
      action                           = "TERMINATE"
      termination_wait_time_in_minutes = var.keep_blue_minutes
    }
  }
  auto_rollback_configuration {
    enabled = true
    events  = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"]
  }
  # An alarm that cannot be read is no reason to think that all is well.
  alarm_configuration {
    enabled                   = true
    alarms                    = var.rollback_alarm_names
    ignore_poll_alarm_failure = false
  }
  dynamic "trigger_configuration" {
    for_each = var.alarm_topic_arn == null ? [] : [var.alarm_topic_arn]

    content {
      trigger_name       = "people"
      trigger_events     = ["DeploymentFailure", "DeploymentRollback", "DeploymentStop"]
      trigger_target_arn = trigger_configuration.value
    }
  }

  depends_on = [aws_iam_role_policy.this]
}
