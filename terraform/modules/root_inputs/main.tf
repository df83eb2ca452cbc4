# What other live roots told (root_outputs): parameters under /<project>/<environment>/<root>/. A root that is not there yet is named.

data "aws_ssm_parameters_by_path" "root" {
  for_each = var.roots

  path = "/${var.project}/${var.environment}/${each.key}"

  lifecycle {
    postcondition {
      condition     = length(self.names) > 0
      error_message = "nothing is under /${var.project}/${var.environment}/${each.key}: apply that root first (terraform/scripts/tf.sh apply ${var.environment} ${each.key}; for setup, ./setup.sh)."
    }
  }
}
