# The site: bucket, CloudFront with its web ACL, names.

module "of" {
  source = "../../../modules/root_inputs"

  project     = local.project
  environment = local.environment
  roots       = ["security", "certificates", "load_balancer"]
}

module "web_acl" {
  source    = "../../../modules/waf_web_acl"
  providers = { aws = aws.us_east_1 }

  name                   = local.global_name
  requests_per_5_minutes = local.config.frontend.requests_per_5_minutes
}

module "site" {
  source = "../../../modules/static_site"

  name                   = local.name
  global_name            = local.global_name
  bucket_name            = "${local.name}-site-${local.config.aws_account_id}"
  hosts                  = [local.config.hosts.site, local.config.hosts.api]
  zone_id                = module.of.of.certificates.zone_id
  certificate_arn        = module.of.of.certificates.site_certificate_arn
  web_acl_arn            = module.web_acl.arn
  alb_arn                = module.of.of.load_balancer.alb_arn
  origin_host            = local.origin_host
  price_class            = local.config.frontend.price_class
  kms_key_arn            = module.of.of.security.kms_key_arn
  log_bucket_name        = module.of.of.security.log_bucket_name
  log_bucket_domain_name = module.of.of.security.log_bucket_domain_name
  protect                = local.config.protect
}

module "outputs" {
  source = "../../../modules/root_outputs"

  project     = local.project
  environment = local.environment
  root        = "frontend"
  values = {
    bucket_name     = module.site.bucket_name
    distribution_id = module.site.distribution_id
    url             = module.site.url
  }
}
