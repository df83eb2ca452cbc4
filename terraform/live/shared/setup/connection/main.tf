# The connection to GitHub, where the configuration wants one made (create_connection). It is PENDING until a person confirms it in the console:
# Developer Tools, Settings, Connections. Whoever has one already gives its ARN to setup.sh.

resource "aws_codeconnections_connection" "github" {
  count = local.config.create_connection ? 1 : 0

  name          = local.project
  provider_type = "GitHub"
}

module "outputs" {
  source = "../../../../modules/root_outputs"

  project     = local.project
  environment = local.environment
  root        = "connection"
  values      = { for connection in aws_codeconnections_connection.github : "arn" => connection.arn }
}
