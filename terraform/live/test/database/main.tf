# The journal's table, and who hears of alarms in this environment.

module "of" {
  source = "../../../modules/root_inputs"

  project     = local.project
  environment = local.environment
  roots       = ["security"]
}

module "alarms" {
  source = "../../../modules/notifications"

  name         = "${local.name}-alarms"
  display_name = "${local.name} alarms"
  kms_key_arn  = module.of.of.security.kms_key_arn
  publishers   = ["cloudwatch.amazonaws.com"]
  emails       = local.config.alarm_emails
}

module "table" {
  source = "../../../modules/dynamodb_table"

  name             = "${local.name}-journal"
  indexes          = { gsi1 = { hash_key = "gsi1pk", range_key = "gsi1sk" } }
  ttl_attribute    = "expires_at"
  capacity         = try(local.config.database.capacity, null)
  replica_regions  = try(local.config.database.replica_regions, [])
  kms_key_arn      = module.of.of.security.kms_key_arn
  protect          = local.config.protect
  alarm_topic_arns = [module.alarms.topic_arn]
}

module "outputs" {
  source = "../../../modules/root_outputs"

  project     = local.project
  environment = local.environment
  root        = "database"
  values = {
    table_arn       = module.table.arn
    table_name      = module.table.name
    alarm_topic_arn = module.alarms.topic_arn
  }
}
