# The pipeline, who is told of it, and the journals that hear of releases.

module "of" {
  source = "../../../../modules/root_inputs"

  project     = local.project
  environment = "shared"
  roots       = ["security", "artifacts", "codebuild"]
}

module "of_test" {
  source = "../../../../modules/root_inputs"

  providers = { aws = aws.test }

  project     = local.project
  environment = "test"
  roots       = ["frontend", "deployment"]
}

module "of_prod" {
  source = "../../../../modules/root_inputs"

  providers = { aws = aws.prod }

  project     = local.project
  environment = "prod"
  roots       = ["frontend", "deployment"]
}

# Secrets of setup.sh. The events keys are part of this root's state, because EventBridge takes them no other way; the state is encrypted.
data "aws_ssm_parameter" "connection" {
  name = "/${local.project}/shared/codestar-connection-arn"
}

data "aws_ssm_parameter" "events_key_test" {
  provider = aws.test
  name     = "/${local.project}/test/events-key"
}

data "aws_ssm_parameter" "events_key_prod" {
  provider = aws.prod
  name     = "/${local.project}/prod/events-key"
}

locals {
  told = { test = module.of_test.of, prod = module.of_prod.of }
}

module "approvals" {
  source = "../../../../modules/notifications"

  name         = "${local.project}-approvals"
  display_name = "${local.project} releases"
  kms_key_arn  = module.of.of.security.kms_key_arn
  publishers   = ["cloudwatch.amazonaws.com", "codepipeline.amazonaws.com"]
  emails       = local.config.approver_emails
}

module "pipeline" {
  source = "../../../../modules/codepipeline"

  name           = local.project
  connection_arn = nonsensitive(data.aws_ssm_parameter.connection.value)
  repository     = local.config.repository
  branches       = local.config.branches
  ignored_paths  = local.config.ignored_paths
  projects       = { for name in ["verify", "tools", "backend", "frontend"] : name => module.of.of.codebuild[name] }
  environments = {
    for name, about in local.environments : name => {
      codedeploy_application = local.told[name].deployment.codedeploy_application
      codedeploy_group       = local.told[name].deployment.codedeploy_group
      codedeploy_config      = local.told[name].deployment.codedeploy_config
      task_family            = "${local.project}-${name}-backend"
      publish_project        = local.told[name].deployment.publish_project
      smoke_project          = local.told[name].deployment.smoke_project
      site_bucket_name       = local.told[name].frontend.bucket_name
      url                    = local.told[name].frontend.url
      deployer_role_arn      = about.aws_account_id == local.shared.aws_account_id ? null : "arn:aws:iam::${about.aws_account_id}:role/${local.project}-${name}-deployer"
    }
  }
  approval_topic_arn       = module.approvals.topic_arn
  artifact_bucket_name     = module.of.of.artifacts.bucket_name
  artifact_kms_key_arn     = module.of.of.security.kms_key_arn
  permissions_boundary_arn = module.of.of.security.boundary_arn
}

module "events_test" {
  source = "../../../../modules/release_events"

  name                     = "${local.project}-test"
  pipeline_name            = module.pipeline.name
  codedeploy_applications  = [for told in local.told : told.deployment.codedeploy_application]
  site_url                 = module.of_test.of.frontend.url
  events_key               = data.aws_ssm_parameter.events_key_test.value
  alarm_topic_arns         = [module.approvals.topic_arn]
  kms_key_arn              = module.of.of.security.kms_key_arn
  permissions_boundary_arn = module.of.of.security.boundary_arn
}

module "events_prod" {
  source = "../../../../modules/release_events"

  name                     = "${local.project}-prod"
  pipeline_name            = module.pipeline.name
  codedeploy_applications  = [for told in local.told : told.deployment.codedeploy_application]
  site_url                 = module.of_prod.of.frontend.url
  events_key               = data.aws_ssm_parameter.events_key_prod.value
  alarm_topic_arns         = [module.approvals.topic_arn]
  kms_key_arn              = module.of.of.security.kms_key_arn
  permissions_boundary_arn = module.of.of.security.boundary_arn
}

module "outputs" {
  source = "../../../../modules/root_outputs"

  project     = local.project
  environment = local.environment
  root        = "codepipeline"
  values = {
    pipeline            = module.pipeline.name
    approver_policy_arn = module.pipeline.approver_policy_arn
  }
}
