# Alarms over both colours: whichever has the traffic is meant. CodeDeploy rolls back when one of them rings.

locals {
  balancer = { LoadBalancer = var.alb_arn_suffix }
  groups   = { for colour, suffix in var.target_group_arn_suffixes : colour => merge(local.balancer, { TargetGroup = suffix }) }

  alarms = {
    errors = {
      description = "More than ${var.alarms.error_percent} % of the answers are 5xx."
      threshold   = var.alarms.error_percent
      metrics     = { errors = "HTTPCode_Target_5XX_Count", requests = "RequestCount" }
      stat        = "Sum"
      # A handful of requests is no percentage.
      expression = "IF(FILL(requests_blue, 0) + FILL(requests_green, 0) >= ${var.alarms.least_requests}, 100 * (FILL(errors_blue, 0) + FILL(errors_green, 0)) / (FILL(requests_blue, 0) + FILL(requests_green, 0)), 0)"
    }
    latency = {
      description = "One request in twenty takes longer than ${var.alarms.p95_seconds} s."
      threshold   = var.alarms.p95_seconds
      metrics     = { seconds = "TargetResponseTime" }
      stat        = "p95"
      expression  = "MAX([FILL(seconds_blue, 0), FILL(seconds_green, 0)])"
    }
    unhealthy = {
      description = "A task does not answer its health check."
      threshold   = 0
      metrics     = { hosts = "UnHealthyHostCount" }
      stat        = "Maximum"
      expression  = "MAX([FILL(hosts_blue, 0), FILL(hosts_green, 0)])"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "rollback" {
  for_each = local.alarms

  alarm_name          = "${local.family}-${each.key}"
  alarm_description   = each.value.description
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns

  metric_query {
    id          = "alarm"
    expression  = each.value.expression
    label       = each.key
    return_data = true
  }
  dynamic "metric_query" {
    for_each = merge([for short, metric in each.value.metrics : { for colour, dimensions in local.groups : "${short}_${colour}" => { metric = metric, dimensions = dimensions } }]...)

    content {
      id          = metric_query.key
      return_data = false

      metric {
        namespace   = "AWS/ApplicationELB"
        metric_name = metric_query.value.metric
        dimensions  = metric_query.value.dimensions
        stat        = each.value.stat
        period      = 60
      }
    }
  }
}
