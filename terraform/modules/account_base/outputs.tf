output "kms_key_arn" {
  description = "Key of the environment."
  value       = module.key.arn
}
