output "names" {
  description = "Names of the parameters, by output."
  value       = { for key, parameter in aws_ssm_parameter.output : key => parameter.name }
}
