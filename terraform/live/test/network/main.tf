# The network of the environment.

module "of" {
  source = "../../../modules/root_inputs"

  project     = local.project
  environment = local.environment
  roots       = ["security"]
}

module "vpc" {
  source = "../../../modules/vpc"

  name                     = local.name
  cidr                     = local.config.network.cidr
  zone_count               = local.config.network.zone_count
  nat_per_zone             = local.config.network.nat_per_zone
  flow_log_retention_days  = local.config.log_retention_days
  kms_key_arn              = module.of.of.security.kms_key_arn
  permissions_boundary_arn = module.of.of.security.boundary_arn
}

module "outputs" {
  source = "../../../modules/root_outputs"

  project     = local.project
  environment = local.environment
  root        = "network"
  values = {
    vpc_id             = module.vpc.vpc_id
    private_subnet_ids = join(",", module.vpc.private_subnet_ids)
    public_subnet_ids  = join(",", module.vpc.public_subnet_ids)
  }
}
