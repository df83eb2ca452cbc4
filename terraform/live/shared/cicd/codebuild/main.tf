# The builds before the first environment: verify, tools, backend, frontend.

module "of" {
  source = "../../../../modules/root_inputs"

  project     = local.project
  environment = "shared"
  roots       = ["security", "registry", "artifacts"]
}

locals {
  # What render-taskdef looks at before CodeDeploy does: whether roles, services, groups, hooks and log groups that the templates name are there. It
  # reads names, no secret; of environments in other accounts it says that it could not look.
  in_this_account = [for name, about in local.environments : "${local.project}-${name}" if about.aws_account_id == local.config.aws_account_id]
  here            = "${local.config.aws_region_name}:${local.config.aws_account_id}"
  looks = {
    Roles     = { actions = ["iam:GetRole"], resources = flatten([for name in local.in_this_account : [for role in ["execution", "task"] : "arn:aws:iam::${local.config.aws_account_id}:role/${name}-backend-${role}"]]) }
    Services  = { actions = ["ecs:DescribeServices"], resources = [for name in local.in_this_account : "arn:aws:ecs:${local.here}:service/${name}/backend"] }
    Revisions = { actions = ["ecs:DescribeTaskDefinition"], resources = [for all in ["*"] : all if length(local.in_this_account) > 0] }
    Groups    = { actions = ["codedeploy:GetDeploymentGroup"], resources = [for name in local.in_this_account : "arn:aws:codedeploy:${local.here}:deploymentgroup:${name}/backend"] }
    Hooks     = { actions = ["lambda:GetFunctionConfiguration"], resources = [for name in local.in_this_account : "arn:aws:lambda:${local.here}:function:${name}-validate-deploy"] }
    LogGroups = { actions = ["logs:DescribeLogGroups"], resources = [for all in ["arn:aws:logs:${local.here}:log-group:*"] : all if length(local.in_this_account) > 0] }
  }
  docker_hub = { for name in ["DOCKER_HUB_USERNAME", "DOCKER_HUB_PASSWORD"] : name => "/${local.project}/shared/${lower(replace(name, "_", "-"))}" }
}

module "verify" {
  source = "../../../../modules/codebuild_project"

  name        = "${local.project}-verify"
  description = "Every test, before anything is built"
  buildspec   = "buildspecs/verify.yml"

  compute_type     = "BUILD_GENERAL1_LARGE"
  timeout_minutes  = 90
  writes_artifacts = false
  cache            = true
  reports          = true

  pipeline_name            = local.project
  artifact_bucket_name     = module.of.of.artifacts.bucket_name
  artifact_kms_key_arn     = module.of.of.security.kms_key_arn
  log_retention_days       = local.config.log_retention_days
  log_kms_key_arn          = module.of.of.security.kms_key_arn
  permissions_boundary_arn = module.of.of.security.boundary_arn
}

module "tools" {
  source = "../../../../modules/codebuild_project"

  name        = "${local.project}-tools"
  description = "Builds the programs that later actions run"
  buildspec   = "buildspecs/tools.yml"

  compute_type    = "BUILD_GENERAL1_LARGE"
  timeout_minutes = 45
  cache           = true

  pipeline_name            = local.project
  artifact_bucket_name     = module.of.of.artifacts.bucket_name
  artifact_kms_key_arn     = module.of.of.security.kms_key_arn
  log_retention_days       = local.config.log_retention_days
  log_kms_key_arn          = module.of.of.security.kms_key_arn
  permissions_boundary_arn = module.of.of.security.boundary_arn
}

module "frontend" {
  source = "../../../../modules/codebuild_project"

  name        = "${local.project}-frontend"
  description = "Builds the site, once for all environments"
  buildspec   = "buildspecs/frontend.yml"

  timeout_minutes = 20
  cache           = true

  pipeline_name            = local.project
  artifact_bucket_name     = module.of.of.artifacts.bucket_name
  artifact_kms_key_arn     = module.of.of.security.kms_key_arn
  log_retention_days       = local.config.log_retention_days
  log_kms_key_arn          = module.of.of.security.kms_key_arn
  permissions_boundary_arn = module.of.of.security.boundary_arn
}

module "backend" {
  source = "../../../../modules/codebuild_project"

  name        = "${local.project}-backend"
  description = "Builds the API's image and the task definitions"
  buildspec   = "buildspecs/backend.yml"

  docker          = true
  timeout_minutes = 30
  environment_variables = merge(
    {
      IMAGE_REPOSITORY = module.of.of.registry.repository_url
      REPORTS_LOCATION = "s3://${module.of.of.artifacts.bucket_name}/reports"
    },
    { for name, about in local.environments : "ALLOWED_HOSTS_${upper(name)}" => "${about.hosts.site},${about.hosts.api},origin.${about.hosts.site},localhost,127.0.0.1" },
  )
  parameter_variables = local.docker_hub
  statements = merge({ for what, look in local.looks : "LookAt${what}" => look if length(look.resources) > 0 }, {
    RegistryToken = { actions = ["ecr:GetAuthorizationToken"], resources = ["*"] }
    Push = {
      actions = [
        "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer",
        "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
      ]
      resources = [module.of.of.registry.repository_arn]
    }
    DockerHub = {
      actions   = ["ssm:GetParameters"]
      resources = [for path in values(local.docker_hub) : "arn:aws:ssm:${local.config.aws_region_name}:${local.config.aws_account_id}:parameter${path}"]
    }
    KeyOfDockerHub = { actions = ["kms:Decrypt"], resources = [module.of.of.security.kms_key_arn], via_service = "ssm" }
  })

  pipeline_name            = local.project
  artifact_bucket_name     = module.of.of.artifacts.bucket_name
  artifact_kms_key_arn     = module.of.of.security.kms_key_arn
  log_retention_days       = local.config.log_retention_days
  log_kms_key_arn          = module.of.of.security.kms_key_arn
  permissions_boundary_arn = module.of.of.security.boundary_arn
}

module "outputs" {
  source = "../../../../modules/root_outputs"

  project     = local.project
  environment = local.environment
  root        = "codebuild"
  values = {
    verify   = module.verify.name
    tools    = module.tools.name
    backend  = module.backend.name
    frontend = module.frontend.name
  }
}
