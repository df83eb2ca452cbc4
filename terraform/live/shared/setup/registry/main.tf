# The registry of the API's images, one for all environments.

module "of" {
  source = "../../../../modules/root_inputs"

  project     = local.project
  environment = "shared"
  roots       = ["security"]
}

module "repository" {
  source = "../../../../modules/ecr_repository"

  name        = "${local.project}/backend"
  kms_key_arn = module.of.of.security.kms_key_arn
  keep_images = local.config.keep_images
  protect     = local.config.protect
  other_account_roles = {
    for id in distinct([for about in local.environments : about.aws_account_id]) : id => [
      for name, about in local.environments : "${local.project}-${name}-backend-execution" if about.aws_account_id == id
    ] if id != local.shared.aws_account_id
  }
}

module "outputs" {
  source = "../../../../modules/root_outputs"

  project     = local.project
  environment = local.environment
  root        = "registry"
  values = {
    repository_url = module.repository.url
    repository_arn = module.repository.arn
  }
}
