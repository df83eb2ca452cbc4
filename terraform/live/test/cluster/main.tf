# The cluster that the API's tasks run in.

module "cluster" {
  source = "../../../modules/ecs_cluster"

  name = local.name
}

module "outputs" {
  source = "../../../modules/root_outputs"

  project     = local.project
  environment = local.environment
  root        = "cluster"
  values = {
    name = module.cluster.name
    arn  = module.cluster.arn
  }
}
