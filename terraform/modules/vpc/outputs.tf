output "vpc_id" {
  description = "Id of the network."
  value       = aws_vpc.this.id
}

output "private_subnet_ids" {
  description = "Subnets of load balancer, tasks and functions, one for each zone."
  value       = [for subnet in aws_subnet.private : subnet.id]
}

output "public_subnet_ids" {
  description = "Subnets of the NAT gateways, one for each zone."
  value       = [for subnet in aws_subnet.public : subnet.id]
}

output "zones" {
  description = "Zones in use."
  value       = local.zones
}
