mock_provider "aws" {
  source = "../../testing/mocks"
}

variables {
  name                     = "greenlight-prod"
  pipeline_account_id      = "210987654321"
  pipeline_role_name       = "greenlight-pipeline"
  pipeline_name            = "greenlight"
  artifact_bucket_name     = "greenlight-artifacts-210987654321"
  artifact_kms_key_arn     = "arn:aws:kms:eu-central-1:210987654321:key/22222222-2222-2222-2222-222222222222"
  codedeploy_application   = "greenlight-prod"
  codedeploy_group         = "backend"
  codedeploy_config        = "CodeDeployDefault.ECSAllAtOnce"
  task_family              = "greenlight-prod-backend"
  codebuild_projects       = ["greenlight-prod-publish", "greenlight-prod-smoke"]
  permissions_boundary_arn = "arn:aws:iam::123456789012:policy/greenlight-prod-boundary"
}

run "only_the_pipeline_takes_it" {
  assert {
    condition     = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Condition.ArnEquals["aws:PrincipalArn"] == "arn:aws:iam::210987654321:role/greenlight-pipeline"
    error_message = "not the whole account"
  }
  assert {
    condition     = aws_iam_role.this.name == "greenlight-prod-deployer" && aws_iam_role.this.permissions_boundary == var.permissions_boundary_arn
    error_message = "the name that bucket, key and repository let in"
  }
}

run "one_group_two_roles_two_projects" {
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.this.policy).Statement : s.Resource if s.Sid == "RolesOfTheTasks"] == [["arn:aws:iam::123456789012:role/greenlight-prod-backend-execution", "arn:aws:iam::123456789012:role/greenlight-prod-backend-task"]]
    error_message = "PassRole on two roles"
  }
  assert {
    condition     = contains([for s in jsondecode(aws_iam_role_policy.this.policy).Statement : s.Resource if s.Sid == "Deploy"][0], "arn:aws:codedeploy:eu-central-1:123456789012:deploymentgroup:greenlight-prod/backend")
    error_message = "its own group"
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.this.policy).Statement : s.Sid if flatten([s.Resource]) == ["*"]] == ["RegisterRevisions"]
    error_message = "only what has no resource is for all"
  }
}

run "refuses_the_pipelines_own_account" {
  command         = plan
  expect_failures = [aws_iam_role.this]

  variables {
    pipeline_account_id = "123456789012"
  }
}

run "refuses_a_wrong_account" {
  command         = plan
  expect_failures = [var.pipeline_account_id]

  variables {
    pipeline_account_id = "<aws_account_id>"
  }
}
