# What one live root tells the others: parameters under /<project>/<environment>/<root>/<output>. Names of things, never secrets.

resource "aws_ssm_parameter" "output" {
  #checkov:skip=CKV2_AWS_34:names and ids that other roots and people read; secrets are SecureStrings elsewhere
  for_each = var.values

  name        = "/${var.project}/${var.environment}/${var.root}/${each.key}"
  description = "Output of the live root ${var.environment}/${var.root}"
  type        = "String"
  value       = each.value
}
