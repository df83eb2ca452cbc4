mock_provider "aws" {
  source = "../../testing/mocks"
}

variables {
  name        = "greenlight/backend"
  kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-1111-1111-111111111111"
}

run "immutable_scanned_encrypted" {
  assert {
    condition     = aws_ecr_repository.this.image_tag_mutability == "IMMUTABLE"
    error_message = "a tag that was validated must not mean another image later"
  }
  assert {
    condition     = aws_ecr_repository.this.image_scanning_configuration[0].scan_on_push && aws_ecr_repository.this.encryption_configuration[0].encryption_type == "KMS"
    error_message = "scanned and encrypted"
  }
  assert {
    condition     = !aws_ecr_repository.this.force_delete && length(aws_ecr_repository_policy.this) == 0
    error_message = "kept, and open to no other account"
  }
}

run "the_bootstrap_image_never_expires" {
  assert {
    condition     = [for r in jsondecode(aws_ecr_lifecycle_policy.this.policy).rules : r.selection.tagPatternList if r.selection.tagStatus == "tagged"] == [["sha-*"]]
    error_message = "only releases and failed pushes expire"
  }
}

run "other_accounts_pull_only" {
  variables {
    other_account_roles = { "210987654321" = ["greenlight-prod-backend-execution"] }
  }
  assert {
    condition     = alltrue([for s in jsondecode(aws_ecr_repository_policy.this[0].policy).Statement : !anytrue([for a in s.Action : strcontains(a, "Put") || strcontains(a, "Upload")])])
    error_message = "they do not push"
  }
  assert {
    condition     = jsondecode(aws_ecr_repository_policy.this[0].policy).Statement[0].Condition.ArnEquals["aws:PrincipalArn"] == ["arn:aws:iam::210987654321:role/greenlight-prod-backend-execution"]
    error_message = "only the execution role"
  }
}

run "refuses_to_keep_too_little" {
  command         = plan
  expect_failures = [var.keep_images, var.name]

  variables {
    keep_images = 3
    name        = "Greenlight"
  }
}
