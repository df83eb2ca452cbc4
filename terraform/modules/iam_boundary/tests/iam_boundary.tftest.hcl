mock_provider "aws" {
  source = "../../testing/mocks"
}

variables {
  name    = "greenlight-test-boundary"
  project = "greenlight"
}

run "no_way_to_more_power" {
  assert {
    condition = alltrue([for s in jsondecode(aws_iam_policy.boundary.policy).Statement : alltrue([for a in flatten([s.Action]) :
    !startswith(a, "iam:") || contains(["iam:PassRole", "iam:GetRole"], a)]) if s.Effect == "Allow"])
    error_message = "of IAM only PassRole, and looking at a role"
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_policy.boundary.policy).Statement : s.Resource if contains(flatten([s.Action]), "iam:GetRole")] == ["arn:aws:iam::*:role/greenlight-*"]
    error_message = "only roles of the project can be looked at"
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_policy.boundary.policy).Statement : s.Condition.StringEquals["iam:PassedToService"] if s.Sid == "HandProjectRolesToServices"] == [["ecs-tasks.amazonaws.com"]]
    error_message = "roles are handed to ECS tasks only"
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_policy.boundary.policy).Statement : s.Resource if s.Sid == "HandProjectRolesToServices"] == ["arn:aws:iam::*:role/greenlight-*"]
    error_message = "only roles of the project"
  }
  assert {
    condition     = !anytrue([for s in jsondecode(aws_iam_policy.boundary.policy).Statement : contains(flatten([s.Action]), "*")])
    error_message = "not everything"
  }
}

run "a_release_cannot_open_the_registry" {
  assert {
    condition     = [for s in jsondecode(aws_iam_policy.boundary.policy).Statement : contains(s.Action, "ecr:PutImageTagMutability") && contains(s.Action, "codedeploy:UpdateDeploymentGroup") if s.Effect == "Deny"] == [true]
    error_message = "tags stay immutable and the hook stays in the deployment group"
  }
}

run "refuses_a_wrong_name" {
  command         = plan
  expect_failures = [var.name]

  variables {
    name = "with spaces"
  }
}
