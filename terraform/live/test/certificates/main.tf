# Certificates of the environment: of the load balancer in its region, of CloudFront in us-east-1. They prove themselves in the zone.

data "aws_route53_zone" "this" {
  name = local.config.aws_route53_dns_zone_name
}

module "origin" {
  source = "../../../modules/certificate"

  domain_name = local.origin_host
  zone_id     = data.aws_route53_zone.this.zone_id
}

module "site" {
  source    = "../../../modules/certificate"
  providers = { aws = aws.us_east_1 }

  domain_name       = local.config.hosts.site
  alternative_names = [local.config.hosts.api]
  zone_id           = data.aws_route53_zone.this.zone_id
}

module "outputs" {
  source = "../../../modules/root_outputs"

  project     = local.project
  environment = local.environment
  root        = "certificates"
  values = {
    zone_id                = data.aws_route53_zone.this.zone_id
    origin_certificate_arn = module.origin.arn
    site_certificate_arn   = module.site.arn
  }
}
