mock_provider "aws" {
  source = "../../testing/mocks"
}

variables {
  name = "greenlight-test"
}

run "fargate_with_insights" {
  assert {
    condition     = { for s in aws_ecs_cluster.this.setting : s.name => s.value } == { containerInsights = "enhanced" }
    error_message = "insights are on"
  }
  assert {
    condition     = aws_ecs_cluster_capacity_providers.this.capacity_providers == toset(["FARGATE"])
    error_message = "nothing that can be taken away in the middle of a release (Spot)"
  }
}

run "refuses_a_wrong_name" {
  command         = plan
  expect_failures = [var.name]

  variables {
    name = "green light"
  }
}
