# A certificate that proves itself by records in the zone and renews itself. In the region that the provider is given: CloudFront takes
# certificates of us-east-1 only, load balancers those of their own region.

resource "aws_acm_certificate" "this" {
  domain_name               = var.domain_name
  subject_alternative_names = var.alternative_names
  validation_method         = "DNS"

  options {
    certificate_transparency_logging_preference = "ENABLED"
  }
  # Listeners keep a certificate until they have the next one.
  lifecycle {
    create_before_destroy = true
  }
}

# Names are known when planning, which the certificate's own validation options are not.
resource "aws_route53_record" "validation" {
  for_each = toset(concat([var.domain_name], var.alternative_names))

  zone_id = var.zone_id
  name    = one([for option in aws_acm_certificate.this.domain_validation_options : option.resource_record_name if option.domain_name == each.key])
  type    = one([for option in aws_acm_certificate.this.domain_validation_options : option.resource_record_type if option.domain_name == each.key])
  records = [one([for option in aws_acm_certificate.this.domain_validation_options : option.resource_record_value if option.domain_name == each.key])]
  ttl     = 300
  # The same name proves itself in every region by the same record.
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]

  timeouts {
    create = "30m"
  }
}
