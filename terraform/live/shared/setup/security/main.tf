# Keys, upper limits of roles and buckets for access logs: of the pipeline's account and of each environment's.

module "shared" {
  source = "../../../../modules/account_base"

  project           = local.project
  environment       = "shared"
  name              = "${local.project}-shared"
  access_log_days   = local.shared.access_log_days
  protect           = local.shared.protect
  other_account_ids = [for id in distinct([for about in local.environments : about.aws_account_id]) : id if id != local.shared.aws_account_id]
}

module "test" {
  source    = "../../../../modules/account_base"
  providers = { aws = aws.test }

  project         = local.project
  environment     = "test"
  name            = "${local.project}-test"
  access_log_days = local.environments.test.access_log_days
  protect         = local.environments.test.protect
}

module "prod" {
  source    = "../../../../modules/account_base"
  providers = { aws = aws.prod }

  project         = local.project
  environment     = "prod"
  name            = "${local.project}-prod"
  access_log_days = local.environments.prod.access_log_days
  protect         = local.environments.prod.protect
}
