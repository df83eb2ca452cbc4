mock_provider "aws" {
  source = "../../testing/mocks"

}

variables {
  name                   = "greenlight-test"
  global_name            = "greenlight-test-euc1"
  bucket_name            = "greenlight-test-site-123456789012"
  hosts                  = ["test.example.com", "api.test.example.com"]
  zone_id                = "Z0123456789ABCDEFGHIJ"
  certificate_arn        = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-1111-1111-1111-111111111111"
  web_acl_arn            = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/greenlight-test/11111111-1111-1111-1111-111111111111"
  alb_arn                = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/greenlight-test/1111111111111111"
  origin_host            = "origin.test.example.com"
  kms_key_arn            = "arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-1111-1111-111111111111"
  log_bucket_name        = "greenlight-test-logs-123456789012"
  log_bucket_domain_name = "greenlight-test-logs-123456789012.s3.amazonaws.com"
  protect                = true
}

run "the_bucket_is_private_and_only_this_distribution_reads_it" {
  assert {
    condition     = alltrue([for s in jsondecode(aws_s3_bucket_policy.site.policy).Statement : s.Condition.StringEquals["aws:SourceArn"] == "arn:aws:cloudfront::123456789012:distribution/EMOCK00000001" if s.Effect == "Allow"])
    error_message = "every permission is bound to this distribution"
  }
  assert {
    condition     = aws_s3_bucket_public_access_block.site.block_public_policy && aws_s3_bucket_public_access_block.site.restrict_public_buckets
    error_message = "not public"
  }
  assert {
    condition     = aws_cloudfront_origin_access_control.site.signing_behavior == "always"
    error_message = "requests to the bucket are signed"
  }
  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.site.rule).apply_server_side_encryption_by_default[0].kms_master_key_id == var.kms_key_arn
    error_message = "encrypted with our key"
  }
}

run "records_of_publish_frontend_are_kept_from_visitors" {
  assert {
    condition = [for s in jsondecode(aws_s3_bucket_policy.site.policy).Statement : s.Resource if s.Sid == "NotOurRecords"] == [
      ["arn:aws:s3:::mock-bucket/.greenlight/*", "arn:aws:s3:::mock-bucket/*/.greenlight/*"]
    ]
    error_message = "with and without prefix"
  }
  assert {
    condition     = [for s in jsondecode(aws_s3_bucket_policy.site.policy).Statement : "${s.Effect} ${s.Action}" if s.Sid == "NotOurRecords"] == ["Deny s3:GetObject"]
    error_message = "a Deny, which no Allow undoes"
  }
}

run "a_missing_chunk_is_a_404_and_a_page_is_index" {
  assert {
    condition     = length(aws_cloudfront_distribution.this.custom_error_response) == 0
    error_message = "no error is turned into a page, of the API's neither"
  }
  assert {
    condition     = [for s in jsondecode(aws_s3_bucket_policy.site.policy).Statement : s.Action if s.Sid == "MissingFilesAre404"] == ["s3:ListBucket"]
    error_message = "S3 says 404 only to those who may list"
  }
  assert {
    condition     = one(aws_cloudfront_distribution.this.default_cache_behavior[0].function_association).event_type == "viewer-request" && length(aws_cloudfront_distribution.this.ordered_cache_behavior[0].function_association) == 0
    error_message = "routing of pages on the S3 behaviour only"
  }
}

run "the_api_is_reached_through_the_vpc_and_never_cached" {
  assert {
    condition     = aws_cloudfront_distribution.this.ordered_cache_behavior[0].path_pattern == "/api/*" && aws_cloudfront_distribution.this.ordered_cache_behavior[0].cache_policy_id == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    error_message = "caching is disabled for /api/*"
  }
  assert {
    condition     = contains(aws_cloudfront_distribution.this.ordered_cache_behavior[0].allowed_methods, "POST") && !contains(aws_cloudfront_distribution.this.default_cache_behavior[0].allowed_methods, "POST")
    error_message = "POST reaches the API, and the API only"
  }
  assert {
    condition     = aws_cloudfront_vpc_origin.api.vpc_origin_endpoint_config[0].arn == var.alb_arn && aws_cloudfront_vpc_origin.api.vpc_origin_endpoint_config[0].origin_protocol_policy == "https-only"
    error_message = "TLS to the internal load balancer"
  }
  assert {
    condition     = [for o in aws_cloudfront_distribution.this.origin : o.domain_name if o.origin_id == "api"] == ["origin.test.example.com"]
    error_message = "by the name on its certificate"
  }
}

run "headers" {
  assert {
    condition     = strcontains(aws_cloudfront_response_headers_policy.site.security_headers_config[0].content_security_policy[0].content_security_policy, "default-src 'none'; script-src 'self';")
    error_message = "a strict content security policy"
  }
  assert {
    condition     = aws_cloudfront_response_headers_policy.site.security_headers_config[0].strict_transport_security[0].access_control_max_age_sec >= 31536000
    error_message = "HSTS for at least a year"
  }
  assert {
    condition     = !aws_cloudfront_response_headers_policy.api.security_headers_config[0].strict_transport_security[0].override
    error_message = "what the API says itself stays"
  }
}

run "modern_and_protected" {
  assert {
    condition     = aws_cloudfront_distribution.this.http_version == "http2and3" && aws_cloudfront_distribution.this.is_ipv6_enabled
    error_message = "HTTP/2 and 3, IPv6"
  }
  assert {
    condition     = aws_cloudfront_distribution.this.viewer_certificate[0].minimum_protocol_version == "TLSv1.2_2021" && aws_cloudfront_distribution.this.web_acl_id == var.web_acl_arn
    error_message = "TLS 1.2 and the web ACL"
  }
  assert {
    condition = toset([for r in aws_route53_record.host : "${r.name} ${r.type}"]) == toset([
      "test.example.com A", "test.example.com AAAA", "api.test.example.com A", "api.test.example.com AAAA",
    ])
    error_message = "A and AAAA for site and API"
  }
  assert {
    condition     = aws_cloudfront_distribution.this.logging_config[0].prefix == "cloudfront/"
    error_message = "requests are logged"
  }
}

run "refuses_what_cloudfront_refuses" {
  command         = plan
  expect_failures = [var.certificate_arn, var.web_acl_arn, var.price_class, var.hosts, var.content_security_policy]

  variables {
    certificate_arn         = "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-1111-1111-1111-111111111111"
    web_acl_arn             = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/x/1"
    price_class             = "cheap"
    hosts                   = []
    content_security_policy = "default-src 'self'; script-src 'self' 'unsafe-inline'"
  }
}
