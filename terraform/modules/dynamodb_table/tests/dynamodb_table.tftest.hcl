mock_provider "aws" {
  source = "../../testing/mocks"
}

variables {
  name          = "greenlight-test-journal"
  indexes       = { gsi1 = { hash_key = "gsi1pk", range_key = "gsi1sk" } }
  ttl_attribute = "expires_at"
  kms_key_arn   = "arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-1111-1111-111111111111"
  protect       = true
}

run "on_demand" {
  assert {
    condition     = aws_dynamodb_table.on_demand[0].billing_mode == "PAY_PER_REQUEST" && length(aws_dynamodb_table.provisioned) == 0
    error_message = "on demand without capacity"
  }
  assert {
    condition     = aws_dynamodb_table.on_demand[0].point_in_time_recovery[0].enabled && aws_dynamodb_table.on_demand[0].server_side_encryption[0].kms_key_arn == var.kms_key_arn && aws_dynamodb_table.on_demand[0].deletion_protection_enabled
    error_message = "can be restored, is encrypted with our key, is protected"
  }
  assert {
    condition     = { for a in aws_dynamodb_table.on_demand[0].attribute : a.name => a.type } == { pk = "S", sk = "S", gsi1pk = "S", gsi1sk = "S" }
    error_message = "the keys, and nothing else, are declared"
  }
  assert {
    condition     = aws_dynamodb_table.on_demand[0].ttl[0].attribute_name == "expires_at" && one(aws_dynamodb_table.on_demand[0].global_secondary_index).projection_type == "ALL"
    error_message = "raw events expire; the index answers alone"
  }
  assert {
    condition     = length(aws_appautoscaling_target.this) == 0
    error_message = "nothing to scale on demand"
  }
}

run "provisioned_scales_table_and_index" {
  variables {
    capacity = { read_min = 5, read_max = 100, write_min = 2, write_max = 50 }
  }
  assert {
    condition = { for k, t in aws_appautoscaling_target.this : t.resource_id => "${t.min_capacity}-${t.max_capacity}"... } == {
      "table/greenlight-test-journal" = ["5-100", "2-50"], "table/greenlight-test-journal/index/gsi1" = ["5-100", "2-50"]
    }
    error_message = "reads and writes of both scale between their limits"
  }
  assert {
    condition     = toset([for p in aws_appautoscaling_policy.this : p.target_tracking_scaling_policy_configuration[0].predefined_metric_specification[0].predefined_metric_type]) == toset(["DynamoDBReadCapacityUtilization", "DynamoDBWriteCapacityUtilization"])
    error_message = "each by its own use"
  }
  assert {
    condition     = alltrue([for p in aws_appautoscaling_policy.this : p.target_tracking_scaling_policy_configuration[0].target_value == 70])
    error_message = "70 % by default"
  }
}

run "replicas" {
  variables {
    replica_regions = ["eu-west-1"]
  }
  assert {
    condition     = one(aws_dynamodb_table.on_demand[0].replica).region_name == "eu-west-1" && aws_dynamodb_table.on_demand[0].stream_view_type == "NEW_AND_OLD_IMAGES"
    error_message = "a copy, fed by the stream"
  }
}

run "throttling_is_told" {
  variables {
    alarm_topic_arns = ["arn:aws:sns:eu-central-1:123456789012:greenlight-test-alarms"]
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.throttled.alarm_actions == toset(var.alarm_topic_arns) && aws_cloudwatch_metric_alarm.throttled.treat_missing_data == "notBreaching"
    error_message = "somebody hears of it, and silence is no alarm"
  }
}

run "refuses_replicas_with_capacity" {
  command         = plan
  expect_failures = [aws_dynamodb_table.provisioned]

  variables {
    replica_regions = ["eu-west-1"]
    capacity        = { read_min = 5, read_max = 100, write_min = 2, write_max = 50 }
  }
}

run "refuses_wrong_limits" {
  command         = plan
  expect_failures = [var.capacity, var.name]

  variables {
    name     = "no"
    capacity = { read_min = 50, read_max = 10, write_min = 1, write_max = 5, target_percent = 99 }
  }
}
