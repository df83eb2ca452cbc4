mock_provider "aws" {
  source = "../../testing/mocks"
}

variables {
  name           = "greenlight"
  connection_arn = "arn:aws:codeconnections:eu-central-1:123456789012:connection/01234567-89ab-cdef-0123-456789abcdef"
  repository     = "example/greenlight"
  branches       = ["main"]
  ignored_paths  = ["doc/**"]
  projects       = { verify = "greenlight-verify", tools = "greenlight-tools", backend = "greenlight-backend", frontend = "greenlight-frontend" }
  environments = {
    test = {
      codedeploy_application = "greenlight-test", codedeploy_group = "backend", codedeploy_config = "CodeDeployDefault.ECSAllAtOnce", task_family = "greenlight-test-backend"
      publish_project        = "greenlight-test-publish", smoke_project = "greenlight-test-smoke", site_bucket_name = "greenlight-test-site-123456789012", url = "https://test.example.com"
    }
    prod = {
      codedeploy_application = "greenlight-prod", codedeploy_group = "backend", codedeploy_config = "greenlight-prod-canary-10-percent-5-min", task_family = "greenlight-prod-backend"
      publish_project        = "greenlight-prod-publish", smoke_project = "greenlight-prod-smoke", site_bucket_name = "greenlight-prod-site-123456789012", url = "https://www.example.com"
    }
  }
  approval_topic_arn       = "arn:aws:sns:eu-central-1:123456789012:greenlight-approvals"
  artifact_bucket_name     = "greenlight-artifacts-123456789012"
  artifact_kms_key_arn     = "arn:aws:kms:eu-central-1:123456789012:key/22222222-2222-2222-2222-222222222222"
  permissions_boundary_arn = "arn:aws:iam::123456789012:policy/greenlight-shared-boundary"
}

run "stages_and_actions_in_order" {
  assert {
    condition     = join(" ", [for s in aws_codepipeline.this.stage : s.name]) == "Source Verify Build Test Approve Prod"
    error_message = "the stages that local-pipeline, approve and the journal know"
  }
  assert {
    condition     = { for s in aws_codepipeline.this.stage : s.name => [for a in s.action : "${a.run_order == null ? 1 : a.run_order} ${a.name}"] if s.name != "Source" } == { Verify = ["1 Verify"], Build = ["1 Tools", "2 Backend", "2 Frontend"], Test = ["1 Deploy", "2 Publish", "3 Smoke"], Approve = ["1 Approve"], Prod = ["1 Deploy", "2 Publish", "3 Smoke"] }
    error_message = "backend before site in both environments; nothing of prod before the approval"
  }
  assert {
    condition     = aws_codepipeline.this.pipeline_type == "V2" && aws_codepipeline.this.execution_mode == "QUEUED"
    error_message = "releases queue"
  }
}

run "each_environment_has_its_own_group_and_projects" {
  assert {
    condition = { for s in aws_codepipeline.this.stage : s.name => [for a in s.action : a.configuration["ApplicationName"] if a.name == "Deploy"][0] if contains(["Test", "Prod"], s.name) } == {
      Test = "greenlight-test", Prod = "greenlight-prod"
    }
    error_message = "prod does not deploy into test's application"
  }
  assert {
    condition = { for s in aws_codepipeline.this.stage : s.name => [for a in s.action : a.configuration["TaskDefinitionTemplatePath"] if a.name == "Deploy"][0] if contains(["Test", "Prod"], s.name) } == {
      Test = "test/taskdef.json", Prod = "prod/taskdef.json"
    }
    error_message = "each its own task definition"
  }
}

run "the_same_artifacts_are_promoted" {
  assert {
    condition     = [for a in aws_codepipeline.this.stage[3].action : a.input_artifacts] == [for a in aws_codepipeline.this.stage[5].action : a.input_artifacts]
    error_message = "test and prod get the same"
  }
  assert {
    condition     = toset(flatten([for s in aws_codepipeline.this.stage : [for a in s.action : coalesce(a.output_artifacts, [])] if contains(["Test", "Approve", "Prod"], s.name)])) == toset([])
    error_message = "nothing is built after the Build stage"
  }
}

run "a_failed_stage_rolls_back" {
  assert {
    condition     = { for s in aws_codepipeline.this.stage : s.name => s.on_failure[0].result if length(s.on_failure) > 0 } == { Test = "ROLLBACK", Prod = "ROLLBACK" }
    error_message = "both deploying stages, and only they"
  }
}

run "a_push_starts_it_and_a_person_is_asked" {
  assert {
    condition     = aws_codepipeline.this.trigger[0].git_configuration[0].push[0].branches[0].includes == tolist(["main"]) && aws_codepipeline.this.trigger[0].git_configuration[0].push[0].file_paths[0].excludes == tolist(["doc/**"])
    error_message = "branch and path filters"
  }
  assert {
    condition     = aws_codepipeline.this.stage[0].action[0].configuration["DetectChanges"] == "false"
    error_message = "the filters decide, not every change"
  }
  assert {
    condition     = aws_codepipeline.this.stage[4].action[0].configuration["NotificationArn"] == var.approval_topic_arn && aws_codepipeline.this.stage[4].action[0].configuration["ExternalEntityLink"] == "https://test.example.com"
    error_message = "told by SNS, with a link to what is live in test"
  }
}

run "the_role_is_narrow" {
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.this.policy).Statement : s.Sid if s.Resource == ["*"]] == ["RegisterRevisions"]
    error_message = "only what has no resource is for all"
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.this.policy).Statement : length(s.Resource) if s.Sid == "RolesOfTheTasks"] == [4]
    error_message = "PassRole on the four roles of tasks"
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.this.policy).Statement : s.Condition.StringEquals["iam:PassedToService"] if s.Sid == "RolesOfTheTasks"] == ["ecs-tasks.amazonaws.com"]
    error_message = "handed to tasks only"
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.this.policy).Statement : s.Condition["ForAllValues:StringEquals"]["codeconnections:FullRepositoryId"] if s.Sid == "OneRepository"] == [["example/greenlight"]]
    error_message = "the connection for one repository"
  }
  assert {
    condition     = !strcontains(aws_iam_role_policy.this.policy, "sts:AssumeRole")
    error_message = "with one account no role is taken"
  }
  assert {
    condition     = aws_iam_role.this.name == "greenlight-pipeline" && aws_iam_role.this.permissions_boundary == var.permissions_boundary_arn
    error_message = "name and boundary"
  }
}

run "approvers_answer_one_gate" {
  assert {
    condition     = [for s in jsondecode(aws_iam_policy.approver.policy).Statement : s.Resource if s.Sid == "AnswerTheGate"] == ["arn:aws:codepipeline:eu-central-1:123456789012:greenlight/Approve/Approve"]
    error_message = "this gate only"
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_policy.approver.policy).Statement : s.Resource if s.Sid == "ReadWhatSitesHave"][0] == ["arn:aws:s3:::greenlight-prod-site-123456789012/.greenlight/*", "arn:aws:s3:::greenlight-test-site-123456789012/.greenlight/*"]
    error_message = "what is live on the sites, and nothing else of theirs"
  }
}

run "environments_in_other_accounts" {
  variables {
    environments = {
      test = {
        codedeploy_application = "greenlight-test", codedeploy_group = "backend", codedeploy_config = "CodeDeployDefault.ECSAllAtOnce", task_family = "greenlight-test-backend"
        publish_project        = "greenlight-test-publish", smoke_project = "greenlight-test-smoke", site_bucket_name = "greenlight-test-site-123456789012", url = "https://test.example.com"
      }
      prod = {
        codedeploy_application = "greenlight-prod", codedeploy_group = "backend", codedeploy_config = "CodeDeployDefault.ECSAllAtOnce", task_family = "greenlight-prod-backend"
        publish_project        = "greenlight-prod-publish", smoke_project = "greenlight-prod-smoke", site_bucket_name = "greenlight-prod-site-123456789012", url = "https://www.example.com"
        deployer_role_arn      = "arn:aws:iam::210987654321:role/greenlight-prod-deployer"
      }
    }
  }
  assert {
    condition     = toset([for a in aws_codepipeline.this.stage[5].action : a.role_arn]) == toset(["arn:aws:iam::210987654321:role/greenlight-prod-deployer"])
    error_message = "prod's actions take prod's deployer"
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.this.policy).Statement : s.Resource if s.Sid == "TakeDeployers"] == [["arn:aws:iam::210987654321:role/greenlight-prod-deployer"]]
    error_message = "and the pipeline may take only that"
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.this.policy).Statement : length(s.Resource) if s.Sid == "RolesOfTheTasks"] == [2]
    error_message = "it hands out roles of its own account's environment only"
  }
}

run "without_verify" {
  variables {
    projects = { tools = "greenlight-tools", backend = "greenlight-backend", frontend = "greenlight-frontend" }
  }
  assert {
    condition     = [for s in aws_codepipeline.this.stage : s.name] == ["Source", "Build", "Test", "Approve", "Prod"]
    error_message = "the stage is left out"
  }
}

run "refuses_prod_into_tests_group" {
  command         = plan
  expect_failures = [var.environments]

  variables {
    environments = {
      test = {
        codedeploy_application = "greenlight", codedeploy_group = "backend", codedeploy_config = "x", task_family = "a"
        publish_project        = "a", smoke_project = "b", site_bucket_name = "greenlight-test-site-123456789012", url = "https://test.example.com"
      }
      prod = {
        codedeploy_application = "greenlight", codedeploy_group = "backend", codedeploy_config = "x", task_family = "b"
        publish_project        = "c", smoke_project = "d", site_bucket_name = "greenlight-prod-site-123456789012", url = "https://www.example.com"
      }
    }
  }
}

run "refuses_what_codepipeline_refuses" {
  command         = plan
  expect_failures = [var.connection_arn, var.repository, var.branches, var.ignored_paths, var.environment_order]

  variables {
    connection_arn    = "<codestar_connection_arn>"
    repository        = "greenlight"
    branches          = ["release/*"]
    ignored_paths     = ["1", "2", "3", "4", "5", "6", "7", "8", "9"]
    environment_order = ["test", "test"]
  }
}
