output "of" {
  description = "Outputs by root and name. They are names and ids, not secrets."
  value = { for root, found in data.aws_ssm_parameters_by_path.root : root => nonsensitive(zipmap(
    [for name in found.names : basename(name)], found.values
  )) }
}
