mock_provider "aws" {
  source = "../../testing/mocks"
}

variables {
  name                     = "greenlight-test"
  cluster_name             = "greenlight-test"
  service_name             = "backend"
  production_listener_arn  = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/greenlight-test/1/2"
  test_listener_arn        = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/greenlight-test/1/3"
  target_group_names       = ["greenlight-test-blue", "greenlight-test-green"]
  rollback_alarm_names     = ["greenlight-test-backend-errors", "greenlight-test-backend-latency"]
  hook_arn                 = "arn:aws:lambda:eu-central-1:123456789012:function:greenlight-test-validate-deploy"
  task_role_arns           = ["arn:aws:iam::123456789012:role/greenlight-test-backend-execution", "arn:aws:iam::123456789012:role/greenlight-test-backend-task"]
  kms_key_arn              = "arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-1111-1111-111111111111"
  permissions_boundary_arn = "arn:aws:iam::123456789012:policy/greenlight-test-boundary"
}

run "blue_green_with_a_test_listener" {
  assert {
    condition     = aws_codedeploy_deployment_group.this.deployment_style[0].deployment_type == "BLUE_GREEN" && aws_codedeploy_app.this.compute_platform == "ECS"
    error_message = "blue/green on ECS"
  }
  assert {
    condition     = tolist(aws_codedeploy_deployment_group.this.load_balancer_info[0].target_group_pair_info[0].test_traffic_route[0].listener_arns)[0] == var.test_listener_arn
    error_message = "green can be looked at before visitors are"
  }
  assert {
    condition     = [for g in aws_codedeploy_deployment_group.this.load_balancer_info[0].target_group_pair_info[0].target_group : g.name] == ["greenlight-test-blue", "greenlight-test-green"]
    error_message = "both colours"
  }
}

run "rolls_back_on_failure_and_on_alarms" {
  assert {
    condition     = aws_codedeploy_deployment_group.this.auto_rollback_configuration[0].enabled && aws_codedeploy_deployment_group.this.auto_rollback_configuration[0].events == toset(["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"])
    error_message = "on failure, alarm and request"
  }
  assert {
    condition     = aws_codedeploy_deployment_group.this.alarm_configuration[0].alarms == toset(var.rollback_alarm_names) && !aws_codedeploy_deployment_group.this.alarm_configuration[0].ignore_poll_alarm_failure
    error_message = "its alarms are watched, and not reading them is bad"
  }
  assert {
    condition     = aws_codedeploy_deployment_group.this.blue_green_deployment_config[0].terminate_blue_instances_on_deployment_success[0].termination_wait_time_in_minutes == 15
    error_message = "blue stays a while"
  }
}

run "all_at_once_by_default" {
  assert {
    condition     = aws_codedeploy_deployment_group.this.deployment_config_name == "CodeDeployDefault.ECSAllAtOnce" && length(aws_codedeploy_deployment_config.this) == 0
    error_message = "AWS's own configuration"
  }
}

run "canary" {
  variables {
    traffic = { type = "canary", percent = 20, minutes = 10 }
  }
  assert {
    condition     = aws_codedeploy_deployment_config.this[0].traffic_routing_config[0].type == "TimeBasedCanary" && aws_codedeploy_deployment_config.this[0].traffic_routing_config[0].time_based_canary[0].percentage == 20
    error_message = "a fifth first"
  }
  assert {
    condition     = output.config_name == "greenlight-test-canary-20-percent-10-min"
    error_message = output.config_name
  }
}

run "linear" {
  variables {
    traffic = { type = "linear", percent = 25, minutes = 2 }
  }
  assert {
    condition     = aws_codedeploy_deployment_config.this[0].traffic_routing_config[0].time_based_linear[0].interval == 2 && length(aws_codedeploy_deployment_config.this[0].traffic_routing_config[0].time_based_canary) == 0
    error_message = "a quarter every two minutes"
  }
}

run "narrower_than_the_managed_policy" {
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.this.policy).Statement : s.Sid if flatten([s.Resource]) == ["*"]] == ["LookAtLoadBalancing"]
    error_message = "only reading load balancing is for all"
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.this.policy).Statement : s.Resource if s.Sid == "MoveTraffic"] == [[var.production_listener_arn, var.test_listener_arn]]
    error_message = "two listeners"
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.this.policy).Statement : join(" ", s.Resource) if s.Sid == "RolesOfTheTasks"] == [join(" ", var.task_role_arns)]
    error_message = "two roles"
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.this.policy).Statement : s.Resource if s.Sid == "AskTheHook"] == [[var.hook_arn]]
    error_message = "one hook"
  }
  assert {
    condition     = aws_iam_role.this.name == "greenlight-test-codedeploy" && aws_iam_role.this.permissions_boundary == var.permissions_boundary_arn
    error_message = "name and boundary"
  }
}

run "tells_people" {
  variables {
    alarm_topic_arn = "arn:aws:sns:eu-central-1:123456789012:greenlight-test-alarms"
  }
  assert {
    condition     = contains(one(aws_codedeploy_deployment_group.this.trigger_configuration).trigger_events, "DeploymentRollback")
    error_message = "of a roll-back"
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.this.policy).Statement : s.Resource if s.Sid == "TellPeople"] == [["arn:aws:sns:eu-central-1:123456789012:greenlight-test-alarms"]]
    error_message = "and may"
  }
}

run "refuses_what_would_not_protect" {
  command         = plan
  expect_failures = [var.test_listener_arn, var.rollback_alarm_names, var.traffic, var.target_group_names, var.task_role_arns, var.keep_blue_minutes]

  variables {
    test_listener_arn    = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/greenlight-test/1/2"
    rollback_alarm_names = []
    traffic              = { type = "fast" }
    target_group_names   = ["one"]
    task_role_arns       = ["arn:aws:iam::123456789012:role/admin", "a", "b"]
    keep_blue_minutes    = 3000
  }
}
