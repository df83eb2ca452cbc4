# A table with keys pk and sk of type string, its indexes, and its capacity: on demand, or provisioned and scaled with use. Two resources, one
# for each mode: autoscaling owns a provisioned table's capacity, so that must be ignored there and must not be ignored when the mode changes
# (hashicorp/terraform-provider-aws#14155).

locals {
  provisioned = var.capacity != null
  table       = local.provisioned ? aws_dynamodb_table.provisioned[0] : aws_dynamodb_table.on_demand[0]
  # Every attribute that is part of a key, once.
  attributes = toset(concat(["pk", "sk"], flatten([for index in var.indexes : [index.hash_key, index.range_key]])))
}

resource "aws_dynamodb_table" "on_demand" {
  count = local.provisioned ? 0 : 1

  name                        = var.name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "pk"
  range_key                   = "sk"
  deletion_protection_enabled = var.protect
  stream_enabled              = length(var.replica_regions) > 0
  stream_view_type            = length(var.replica_regions) > 0 ? "NEW_AND_OLD_IMAGES" : null

  dynamic "attribute" {
    for_each = local.attributes

    content {
      name = attribute.value
      type = "S"
    }
  }
  dynamic "global_secondary_index" {
    for_each = var.indexes

    content {
      name            = global_secondary_index.key
      hash_key        = global_secondary_index.value.hash_key
      range_key       = global_secondary_index.value.range_key
      projection_type = "ALL"
    }
  }
  dynamic "replica" {
    for_each = var.replica_regions

    content {
      region_name            = replica.value
      point_in_time_recovery = true
      propagate_tags         = true
    }
  }
  dynamic "ttl" {
    for_each = var.ttl_attribute == null ? [] : [var.ttl_attribute]

    content {
      enabled        = true
      attribute_name = ttl.value
    }
  }
  point_in_time_recovery {
    enabled = true
  }
  server_side_encryption {
    enabled = true
    # A replica would need a key of its own region: global tables are encrypted with AWS's.
    kms_key_arn = length(var.replica_regions) > 0 ? null : var.kms_key_arn
  }
}

resource "aws_dynamodb_table" "provisioned" {
  count = local.provisioned ? 1 : 0

  name                        = var.name
  billing_mode                = "PROVISIONED"
  hash_key                    = "pk"
  range_key                   = "sk"
  read_capacity               = var.capacity.read_min
  write_capacity              = var.capacity.write_min
  deletion_protection_enabled = var.protect

  dynamic "attribute" {
    for_each = local.attributes

    content {
      name = attribute.value
      type = "S"
    }
  }
  dynamic "global_secondary_index" {
    for_each = var.indexes

    content {
      name            = global_secondary_index.key
      hash_key        = global_secondary_index.value.hash_key
      range_key       = global_secondary_index.value.range_key
      projection_type = "ALL"
      read_capacity   = var.capacity.read_min
      write_capacity  = var.capacity.write_min
    }
  }
  dynamic "ttl" {
    for_each = var.ttl_attribute == null ? [] : [var.ttl_attribute]

    content {
      enabled        = true
      attribute_name = ttl.value
    }
  }
  point_in_time_recovery {
    enabled = true
  }
  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }
  lifecycle {
    # An index's capacity can only be ignored with the whole index; a changed index is then replaced by hand, see README.
    ignore_changes = [read_capacity, write_capacity, global_secondary_index]

    precondition {
      condition     = length(var.replica_regions) == 0
      error_message = "replicas need capacity on demand: leave out capacity, or replica_regions."
    }
  }
}
