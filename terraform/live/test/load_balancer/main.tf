# The internal load balancer, and who may speak to whom: CloudFront and the hook to it, it to the tasks.

data "aws_ec2_managed_prefix_list" "cloudfront" {
  name = "com.amazonaws.global.cloudfront.origin-facing"
}

module "of" {
  source = "../../../modules/root_inputs"

  project     = local.project
  environment = local.environment
  roots       = ["security", "network", "certificates"]
}

module "alb_group" {
  source = "../../../modules/security_group"

  name        = "${local.name}-alb"
  description = "Load balancer of ${local.name}"
  vpc_id      = module.of.of.network.vpc_id
  # The prefix list counts as 55 of the 60 rules that a group may have: one port only.
  # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/LocationsOfEdgeServers.html (2026-11)
  ingress = {
    cloudfront = { description = "CloudFront by its VPC origin", port = 443, prefix_list_id = data.aws_ec2_managed_prefix_list.cloudfront.id }
    hook       = { description = "The hook at the test listener", port = 8443, security_group_id = module.hook_group.id }
    redirect   = { description = "Plain HTTP from within, sent away", port = 80, cidr = local.config.network.cidr }
  }
  egress = { tasks = { description = "Tasks", port = 8000, security_group_id = module.task_group.id } }
}

module "task_group" {
  source = "../../../modules/security_group"

  name        = "${local.name}-tasks"
  description = "Tasks of ${local.name}"
  vpc_id      = module.of.of.network.vpc_id
  ingress     = { alb = { description = "Load balancer", port = 8000, security_group_id = module.alb_group.id } }
  egress      = { aws = { description = "AWS's APIs, registry and table", port = 443, cidr = "0.0.0.0/0" } }
}

module "hook_group" {
  source = "../../../modules/security_group"

  name        = "${local.name}-hook"
  description = "The hook of ${local.name}"
  vpc_id      = module.of.of.network.vpc_id
  egress = {
    alb = { description = "Test listener", port = 8443, security_group_id = module.alb_group.id }
    aws = { description = "AWS's APIs", port = 443, cidr = "0.0.0.0/0" }
  }
}

module "alb" {
  source = "../../../modules/alb"

  name              = local.name
  vpc_id            = module.of.of.network.vpc_id
  subnet_ids        = split(",", module.of.of.network.private_subnet_ids)
  security_group_id = module.alb_group.id
  certificate_arn   = module.of.of.certificates.origin_certificate_arn
  zone_id           = module.of.of.certificates.zone_id
  origin_host       = local.origin_host
  log_bucket_name   = module.of.of.security.log_bucket_name
  protect           = local.config.protect
}

module "outputs" {
  source = "../../../modules/root_outputs"

  project     = local.project
  environment = local.environment
  root        = "load_balancer"
  values = {
    alb_arn                 = module.alb.arn
    alb_arn_suffix          = module.alb.arn_suffix
    production_listener_arn = module.alb.production_listener_arn
    test_listener_arn       = module.alb.test_listener_arn
    blue_arn                = module.alb.target_group_arns["blue"]
    green_arn               = module.alb.target_group_arns["green"]
    blue_arn_suffix         = module.alb.target_group_arn_suffixes["blue"]
    green_arn_suffix        = module.alb.target_group_arn_suffixes["green"]
    task_security_group_id  = module.task_group.id
    hook_security_group_id  = module.hook_group.id
  }
}
