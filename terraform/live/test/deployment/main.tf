# How releases get here: the hook, CodeDeploy, the builds that publish and look at the site, and, in an account of its own, the deployer.

module "of" {
  source = "../../../modules/root_inputs"

  project     = local.project
  environment = local.environment
  roots       = ["security", "network", "database", "load_balancer", "cluster", "backend", "frontend"]
}

module "of_shared" {
  source = "../../../modules/root_inputs"

  providers = { aws = aws.shared }

  project     = local.project
  environment = "shared"
  roots       = ["security", "setup", "artifacts"]
}

module "hook" {
  source = "../../../modules/deploy_hook"

  name        = local.name
  environment = local.environment
  checks      = file("${path.root}/../../../../backend/deploy/validate.toml")
  package = {
    bucket        = module.of_shared.of.artifacts.bucket_name
    key           = module.of_shared.of.setup.hook_package_key
    sha256_base64 = module.of_shared.of.setup.hook_package_sha256
  }
  origin_host              = local.origin_host
  subnet_ids               = split(",", module.of.of.network.private_subnet_ids)
  security_group_id        = module.of.of.load_balancer.hook_security_group_id
  codedeploy_application   = local.name
  codedeploy_group         = "backend"
  cluster_name             = module.of.of.cluster.name
  service_name             = module.of.of.backend.service_name
  report_bucket_name       = module.of_shared.of.artifacts.bucket_name
  report_prefix            = "reports/${local.environment}"
  report_kms_key_arn       = module.of_shared.of.security.kms_key_arn
  alarm_topic_arns         = [module.of.of.database.alarm_topic_arn]
  log_retention_days       = local.config.log_retention_days
  kms_key_arn              = module.of.of.security.kms_key_arn
  permissions_boundary_arn = module.of.of.security.boundary_arn
}

module "codedeploy" {
  source = "../../../modules/codedeploy_ecs"

  name                     = local.name
  cluster_name             = module.of.of.cluster.name
  service_name             = module.of.of.backend.service_name
  production_listener_arn  = module.of.of.load_balancer.production_listener_arn
  test_listener_arn        = module.of.of.load_balancer.test_listener_arn
  target_group_names       = ["${local.name}-blue", "${local.name}-green"]
  traffic                  = local.config.deployment.traffic
  keep_blue_minutes        = local.config.deployment.keep_blue_minutes
  rollback_alarm_names     = split(",", module.of.of.backend.rollback_alarm_names)
  hook_arn                 = module.hook.function_arn
  task_role_arns           = [module.of.of.backend.execution_role_arn, module.of.of.backend.task_role_arn]
  alarm_topic_arn          = module.of.of.database.alarm_topic_arn
  kms_key_arn              = module.of.of.security.kms_key_arn
  permissions_boundary_arn = module.of.of.security.boundary_arn
}

module "publish" {
  source = "../../../modules/codebuild_project"

  name             = "${local.name}-publish"
  description      = "Publishes the built site to ${local.environment}"
  buildspec        = "buildspecs/publish-frontend.yml"
  writes_artifacts = false
  environment_variables = {
    PUBLISH_FRONTEND_BUCKET          = module.of.of.frontend.bucket_name
    PUBLISH_FRONTEND_DISTRIBUTION_ID = module.of.of.frontend.distribution_id
  }
  statements = {
    ListSite   = { actions = ["s3:ListBucket"], resources = ["arn:aws:s3:::${module.of.of.frontend.bucket_name}"] }
    WriteSite  = { actions = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"], resources = ["arn:aws:s3:::${module.of.of.frontend.bucket_name}/*"] }
    KeyOfSite  = { actions = ["kms:Decrypt", "kms:GenerateDataKey"], resources = [module.of.of.security.kms_key_arn], via_service = "s3" }
    Invalidate = { actions = ["cloudfront:CreateInvalidation", "cloudfront:GetInvalidation"], resources = ["arn:aws:cloudfront::${local.config.aws_account_id}:distribution/${module.of.of.frontend.distribution_id}"] }
  }
  pipeline_name            = local.project
  artifact_bucket_name     = module.of_shared.of.artifacts.bucket_name
  artifact_kms_key_arn     = module.of_shared.of.security.kms_key_arn
  log_retention_days       = local.config.log_retention_days
  log_kms_key_arn          = module.of.of.security.kms_key_arn
  permissions_boundary_arn = module.of.of.security.boundary_arn
}

module "smoke" {
  source = "../../../modules/codebuild_project"

  name                     = "${local.name}-smoke"
  description              = "Looks at ${local.environment} from outside"
  buildspec                = "buildspecs/smoke.yml"
  writes_artifacts         = false
  environment_variables    = { SITE_URL = module.of.of.frontend.url }
  pipeline_name            = local.project
  artifact_bucket_name     = module.of_shared.of.artifacts.bucket_name
  artifact_kms_key_arn     = module.of_shared.of.security.kms_key_arn
  log_retention_days       = local.config.log_retention_days
  log_kms_key_arn          = module.of.of.security.kms_key_arn
  permissions_boundary_arn = module.of.of.security.boundary_arn
}

module "deployer" {
  source = "../../../modules/deployer_role"
  count  = local.config.aws_account_id == local.shared.aws_account_id ? 0 : 1

  name                     = local.name
  pipeline_account_id      = local.shared.aws_account_id
  pipeline_role_name       = "${local.project}-pipeline"
  pipeline_name            = local.project
  artifact_bucket_name     = module.of_shared.of.artifacts.bucket_name
  artifact_kms_key_arn     = module.of_shared.of.security.kms_key_arn
  codedeploy_application   = module.codedeploy.application_name
  codedeploy_group         = module.codedeploy.group_name
  codedeploy_config        = module.codedeploy.config_name
  task_family              = "${local.name}-backend"
  codebuild_projects       = [module.publish.name, module.smoke.name]
  permissions_boundary_arn = module.of.of.security.boundary_arn
}

module "outputs" {
  source = "../../../modules/root_outputs"

  project     = local.project
  environment = local.environment
  root        = "deployment"
  values = {
    codedeploy_application = module.codedeploy.application_name
    codedeploy_group       = module.codedeploy.group_name
    codedeploy_config      = module.codedeploy.config_name
    publish_project        = module.publish.name
    smoke_project          = module.smoke.name
  }
}
