mock_provider "aws" {
  source = "../../testing/mocks"
}

variables {
  name                     = "greenlight-backend"
  description              = "Image and task definitions"
  buildspec                = "buildspecs/backend.yml"
  pipeline_name            = "greenlight"
  artifact_bucket_name     = "greenlight-artifacts-123456789012"
  artifact_kms_key_arn     = "arn:aws:kms:eu-central-1:123456789012:key/22222222-2222-2222-2222-222222222222"
  log_kms_key_arn          = "arn:aws:kms:eu-central-1:123456789012:key/22222222-2222-2222-2222-222222222222"
  permissions_boundary_arn = "arn:aws:iam::123456789012:policy/greenlight-shared-boundary"
}

run "logs_and_artifacts_only" {
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.base.policy).Statement : s.Sid] == ["Log", "ReadArtifacts", "WriteArtifacts"]
    error_message = "nothing unasked"
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.base.policy).Statement : s.Resource if s.Sid == "WriteArtifacts"] == [["arn:aws:s3:::greenlight-artifacts-123456789012/greenlight/*"]]
    error_message = "the pipeline's folder: not the hook's package, not the reports"
  }
  assert {
    condition     = length(aws_iam_role_policy.own) == 0 && !aws_codebuild_project.this.environment[0].privileged_mode
    error_message = "no own permissions, no Docker"
  }
  assert {
    condition     = aws_codebuild_project.this.source[0].type == "CODEPIPELINE" && aws_codebuild_project.this.source[0].buildspec == "buildspecs/backend.yml"
    error_message = "the repository's buildspec"
  }
  assert {
    condition     = aws_codebuild_project.this.encryption_key == var.artifact_kms_key_arn && aws_cloudwatch_log_group.this.name == "/aws/codebuild/greenlight-backend"
    error_message = "encrypted and logged"
  }
  assert {
    condition     = aws_iam_role.this.permissions_boundary == var.permissions_boundary_arn
    error_message = "the role has the boundary"
  }
}

run "what_is_asked_for" {
  variables {
    docker                = true
    cache                 = true
    reports               = true
    environment_variables = { IMAGE_REPOSITORY = "x" }
    parameter_variables   = { DOCKER_HUB_USERNAME = "/greenlight/shared/docker-hub-username" }
    statements = {
      RegistryToken = { actions = ["ecr:GetAuthorizationToken"], resources = ["*"] }
      Push          = { actions = ["ecr:PutImage"], resources = ["arn:aws:ecr:eu-central-1:123456789012:repository/greenlight/backend"] }
      Key           = { actions = ["kms:Decrypt"], resources = ["arn:aws:kms:eu-central-1:123456789012:key/1"], via_service = "ssm" }
    }
  }
  assert {
    condition     = { for v in aws_codebuild_project.this.environment[0].environment_variable : v.name => v.type } == { IMAGE_REPOSITORY = "PLAINTEXT", DOCKER_HUB_USERNAME = "PARAMETER_STORE" }
    error_message = "plain and from the parameter store"
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.own[0].policy).Statement : s.Condition.StringEquals["kms:ViaService"] if s.Sid == "Key"] == ["ssm.eu-central-1.amazonaws.com"]
    error_message = "a key through its service only"
  }
  assert {
    condition     = aws_codebuild_project.this.cache[0].location == "greenlight-artifacts-123456789012/cache/greenlight-backend"
    error_message = "the project's own cache"
  }
  assert {
    condition     = contains([for s in jsondecode(aws_iam_role_policy.base.policy).Statement : s.Sid], "Reports")
    error_message = "reports can be published"
  }
}

run "a_build_without_output_writes_nothing" {
  variables {
    writes_artifacts = false
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.base.policy).Statement : s.Sid] == ["Log", "ReadArtifacts"] && jsondecode(aws_iam_role_policy.key.policy).Statement[0].Action == ["kms:Decrypt"]
    error_message = "it reads"
  }
}

run "refuses_wildcards_and_roles" {
  command         = plan
  expect_failures = [var.statements]

  variables {
    statements = {
      All  = { actions = ["s3:*"], resources = ["*"] }
      Pass = { actions = ["iam:PassRole"], resources = ["arn:aws:iam::123456789012:role/x"] }
    }
  }
}

run "refuses_secrets_in_plain" {
  command         = plan
  expect_failures = [var.environment_variables, var.parameter_variables, var.image, var.buildspec, var.timeout_minutes]

  variables {
    environment_variables = { DOCKER_HUB_PASSWORD = "x" }
    parameter_variables   = { DOCKER_HUB_PASSWORD = "x" }
    image                 = "rust:latest"
    buildspec             = "build.yml"
    timeout_minutes       = 1
  }
}
