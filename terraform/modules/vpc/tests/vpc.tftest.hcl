mock_provider "aws" {
  source = "../../testing/mocks"
}

variables {
  name                     = "greenlight-prod"
  cidr                     = "10.20.0.0/16"
  nat_per_zone             = true
  kms_key_arn              = "arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-1111-1111-111111111111"
  permissions_boundary_arn = "arn:aws:iam::123456789012:policy/greenlight-prod-boundary"
}

run "three_zones_each_with_nat" {
  assert {
    condition     = { for zone, s in aws_subnet.private : zone => s.cidr_block } == { eu-central-1a = "10.20.0.0/20", eu-central-1b = "10.20.16.0/20", eu-central-1c = "10.20.32.0/20" }
    error_message = "private subnets do not overlap"
  }
  assert {
    condition     = { for zone, s in aws_subnet.public : zone => s.cidr_block } == { eu-central-1a = "10.20.128.0/24", eu-central-1b = "10.20.129.0/24", eu-central-1c = "10.20.130.0/24" }
    error_message = "public subnets lie beyond them"
  }
  assert {
    condition     = keys(aws_nat_gateway.this) == ["eu-central-1a", "eu-central-1b", "eu-central-1c"] && length(aws_route.nat) == 3
    error_message = "a zone that fails takes no other's way out with it"
  }
  assert {
    condition     = alltrue([for s in aws_subnet.public : !s.map_public_ip_on_launch])
    error_message = "nothing gets a public address by itself"
  }
}

run "private_tasks_reach_registry_and_data" {
  assert {
    condition     = alltrue([for r in aws_route.nat : r.destination_cidr_block == "0.0.0.0/0"])
    error_message = "private subnets have a way out, or images cannot be pulled"
  }
  assert {
    condition     = { for k, e in aws_vpc_endpoint.gateway : e.service_name => e.vpc_endpoint_type } == { "com.amazonaws.eu-central-1.s3" = "Gateway", "com.amazonaws.eu-central-1.dynamodb" = "Gateway" }
    error_message = "S3 (layers of images) and DynamoDB without NAT"
  }
}

run "closed_and_logged" {
  assert {
    condition     = length(aws_default_security_group.closed.ingress) == 0 && length(aws_default_security_group.closed.egress) == 0
    error_message = "the default group lets nothing through"
  }
  assert {
    condition     = aws_flow_log.this.traffic_type == "ALL" && aws_cloudwatch_log_group.flow.kms_key_id == var.kms_key_arn && aws_cloudwatch_log_group.flow.retention_in_days == 365
    error_message = "everything is logged, encrypted, for a year"
  }
  assert {
    condition     = aws_iam_role.flow.permissions_boundary == var.permissions_boundary_arn
    error_message = "roles have the boundary"
  }
}

run "one_nat_where_it_should_be_cheap" {
  variables {
    nat_per_zone = false
    zone_count   = 2
  }
  assert {
    condition     = length(aws_nat_gateway.this) == 1 && length(aws_route.nat) == 2
    error_message = "one gateway, and both zones use it"
  }
}

run "refuses_one_zone" {
  command         = plan
  expect_failures = [var.zone_count, var.cidr]

  variables {
    zone_count = 1
    cidr       = "10.0.0.0/28"
  }
}

run "refuses_more_zones_than_there_are" {
  command         = plan
  expect_failures = [aws_vpc.this]

  override_data {
    target = data.aws_availability_zones.available
    values = { names = ["eu-central-1a", "eu-central-1b"] }
  }
}
