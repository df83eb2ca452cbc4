# Reads and writes of the table and of each index follow use.

locals {
  scaled = local.provisioned ? merge(
    { for kind in ["Read", "Write"] : "table/${kind}" => {
      resource  = "table/${var.name}"
      dimension = "dynamodb:table:${kind}CapacityUnits"
      kind      = kind
    } },
    { for pair in setproduct(keys(var.indexes), ["Read", "Write"]) : "${pair[0]}/${pair[1]}" => {
      resource  = "table/${var.name}/index/${pair[0]}"
      dimension = "dynamodb:index:${pair[1]}CapacityUnits"
      kind      = pair[1]
    } },
  ) : {}
}

resource "aws_appautoscaling_target" "this" {
  for_each = local.scaled

  service_namespace  = "dynamodb"
  resource_id        = each.value.resource
  scalable_dimension = each.value.dimension
  min_capacity       = each.value.kind == "Read" ? var.capacity.read_min : var.capacity.write_min
  max_capacity       = each.value.kind == "Read" ? var.capacity.read_max : var.capacity.write_max
  depends_on         = [aws_dynamodb_table.provisioned]
}

resource "aws_appautoscaling_policy" "this" {
  for_each = aws_appautoscaling_target.this

  name               = "DynamoDB${local.scaled[each.key].kind}CapacityUtilization:${each.value.resource_id}"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = each.value.service_namespace
  resource_id        = each.value.resource_id
  scalable_dimension = each.value.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value = var.capacity.target_percent

    predefined_metric_specification {
      predefined_metric_type = "DynamoDB${local.scaled[each.key].kind}CapacityUtilization"
    }
  }
}
