# The site: a private bucket with the React build, CloudFront in front of it and of the API, names in the zone. What lies in the bucket is
# publish-frontend's business; its own records under .greenlight/ are kept from visitors.

resource "aws_s3_bucket" "site" {
  #checkov:skip=CKV_AWS_144:the bucket's content is the pipeline's artifact and is published again from there
  #checkov:skip=CKV2_AWS_62:nothing listens to uploads; publish-frontend invalidates CloudFront itself
  bucket        = var.bucket_name
  force_destroy = !var.protect
}

resource "aws_s3_bucket_versioning" "site" {
  bucket = aws_s3_bucket.site.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "site" {
  bucket = aws_s3_bucket.site.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "site" {
  bucket                  = aws_s3_bucket.site.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "site" {
  bucket = aws_s3_bucket.site.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_logging" "site" {
  bucket        = aws_s3_bucket.site.id
  target_bucket = var.log_bucket_name
  target_prefix = "s3/${var.bucket_name}/"
}

# Objects never expire here: publish-frontend knows which release still needs them.
resource "aws_s3_bucket_lifecycle_configuration" "site" {
  bucket     = aws_s3_bucket.site.id
  depends_on = [aws_s3_bucket_versioning.site]

  rule {
    id     = "old-versions"
    status = "Enabled"
    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 30
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

locals {
  from_this_distribution = { StringEquals = { "aws:SourceArn" = aws_cloudfront_distribution.this.arn } }
  cloudfront             = { Service = "cloudfront.amazonaws.com" }
}

resource "aws_s3_bucket_policy" "site" {
  bucket     = aws_s3_bucket.site.id
  depends_on = [aws_s3_bucket_public_access_block.site]
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.site.arn, "${aws_s3_bucket.site.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "Visitors"
        Effect    = "Allow"
        Principal = local.cloudfront
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.site.arn}/*"
        Condition = local.from_this_distribution
      },
      {
        # publish-frontend's manifest, lock and release records.
        Sid       = "NotOurRecords"
        Effect    = "Deny"
        Principal = local.cloudfront
        Action    = "s3:GetObject"
        Resource  = ["${aws_s3_bucket.site.arn}/.greenlight/*", "${aws_s3_bucket.site.arn}/*/.greenlight/*"]
      },
      {
        # Without it S3 answers 403 for a file that is not there. Nothing can be listed: no query string reaches the bucket.
        Sid       = "MissingFilesAre404"
        Effect    = "Allow"
        Principal = local.cloudfront
        Action    = "s3:ListBucket"
        Resource  = aws_s3_bucket.site.arn
        Condition = local.from_this_distribution
      },
    ]
  })
}

resource "aws_route53_record" "host" {
  for_each = { for pair in setproduct(var.hosts, ["A", "AAAA"]) : "${pair[0]} ${pair[1]}" => { host = pair[0], type = pair[1] } }

  zone_id = var.zone_id
  name    = each.value.host
  type    = each.value.type

  alias {
    name                   = aws_cloudfront_distribution.this.domain_name
    zone_id                = aws_cloudfront_distribution.this.hosted_zone_id
    evaluate_target_health = false
  }
}
