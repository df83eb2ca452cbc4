# What the pipeline hands from action to action, the hook's package under hook/ and its reports under reports/<environment>/. Whoever
# writes here decides what is deployed, so only roles whose IAM policy names it get in, and roles of other accounts only by name.

resource "aws_s3_bucket" "artifacts" {
  #checkov:skip=CKV_AWS_144:artifacts are made again by releasing the commit again
  #checkov:skip=CKV2_AWS_62:CodePipeline reads artifacts itself; nothing else listens
  bucket        = var.bucket_name
  force_destroy = !var.protect
}

resource "aws_s3_bucket_versioning" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "artifacts" {
  bucket                  = aws_s3_bucket.artifacts.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_logging" "artifacts" {
  bucket        = aws_s3_bucket.artifacts.id
  target_bucket = var.log_bucket_name
  target_prefix = "s3/${var.bucket_name}/"
}

resource "aws_s3_bucket_lifecycle_configuration" "artifacts" {
  bucket     = aws_s3_bucket.artifacts.id
  depends_on = [aws_s3_bucket_versioning.artifacts]

  rule {
    id     = "artifacts"
    status = "Enabled"

    # CodePipeline's own folder begins with the pipeline's name.
    filter {
      prefix = "${var.pipeline_name}/"
    }
    expiration {
      days = var.artifact_days
    }
  }
  rule {
    id     = "reports"
    status = "Enabled"

    filter {
      prefix = "reports/"
    }
    expiration {
      days = var.report_days
    }
  }
  rule {
    id     = "caches"
    status = "Enabled"

    filter {
      prefix = "cache/"
    }
    expiration {
      days = 30
    }
  }
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

resource "aws_s3_bucket_policy" "artifacts" {
  bucket     = aws_s3_bucket.artifacts.id
  depends_on = [aws_s3_bucket_public_access_block.artifacts]
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.artifacts.arn, "${aws_s3_bucket.artifacts.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }],
      # The account is the principal, because a role cannot be one before it exists; the condition lets in only the roles that are named.
      [for id, roles in var.other_account_roles : {
        Sid       = "Account${id}"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${id}:root" }
        Action    = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
        Resource  = "${aws_s3_bucket.artifacts.arn}/*"
        Condition = { ArnEquals = { "aws:PrincipalArn" = [for role in roles : "arn:aws:iam::${id}:role/${role}"] } }
      }],
    )
  })
}
