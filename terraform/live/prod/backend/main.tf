# The API: its service, roles, autoscaling and alarms. Which version runs is the pipeline's business.

module "of" {
  source = "../../../modules/root_inputs"

  project     = local.project
  environment = local.environment
  roots       = ["security", "network", "database", "load_balancer", "cluster"]
}

module "of_shared" {
  source = "../../../modules/root_inputs"

  providers = { aws = aws.shared }

  project     = local.project
  environment = "shared"
  roots       = ["security", "setup", "artifacts"]
}

module "service" {
  source = "../../../modules/ecs_service"

  name            = local.name
  cluster_name    = module.of.of.cluster.name
  bootstrap_image = module.of_shared.of.setup.bootstrap_image
  repository_arn  = "arn:aws:ecr:${local.shared.aws_region_name}:${local.shared.aws_account_id}:repository/${local.project}/backend"
  cpu             = local.config.backend.cpu
  memory          = local.config.backend.memory
  min_tasks       = local.config.backend.min_tasks
  max_tasks       = local.config.backend.max_tasks
  scaling         = try(local.config.backend.scaling, {})
  alarms          = try(local.config.backend.alarms, {})

  environment_variables = {
    ENVIRONMENT          = local.environment
    AWS_REGION           = local.config.aws_region_name
    DJANGO_ALLOWED_HOSTS = "${local.config.hosts.site},${local.config.hosts.api},${local.origin_host},localhost,127.0.0.1"
    JOURNAL_TABLE        = module.of.of.database.table_name
    JOURNAL_REPORTS      = "s3://${module.of_shared.of.artifacts.bucket_name}/reports"
    GIT_SHA              = "bootstrap"
  }
  secrets = {
    DJANGO_SECRET_KEY  = "/${local.project}/${local.environment}/django-secret-key"
    JOURNAL_EVENTS_KEY = "/${local.project}/${local.environment}/events-key"
  }

  subnet_ids                = split(",", module.of.of.network.private_subnet_ids)
  security_group_id         = module.of.of.load_balancer.task_security_group_id
  target_group_arns         = { blue = module.of.of.load_balancer.blue_arn, green = module.of.of.load_balancer.green_arn }
  target_group_arn_suffixes = { blue = module.of.of.load_balancer.blue_arn_suffix, green = module.of.of.load_balancer.green_arn_suffix }
  alb_arn_suffix            = module.of.of.load_balancer.alb_arn_suffix
  table_arn                 = module.of.of.database.table_arn
  reports                   = { bucket = module.of_shared.of.artifacts.bucket_name, prefix = "reports", kms_key_arn = module.of_shared.of.security.kms_key_arn }
  log_group_name            = "/${local.project}/${local.environment}/backend"
  log_retention_days        = local.config.log_retention_days
  alarm_topic_arns          = [module.of.of.database.alarm_topic_arn]
  kms_key_arn               = module.of.of.security.kms_key_arn
  permissions_boundary_arn  = module.of.of.security.boundary_arn
}

module "outputs" {
  source = "../../../modules/root_outputs"

  project     = local.project
  environment = local.environment
  root        = "backend"
  values = {
    service_name         = module.service.service_name
    execution_role_arn   = module.service.execution_role_arn
    task_role_arn        = module.service.task_role_arn
    rollback_alarm_names = join(",", module.service.rollback_alarm_names)
  }
}
