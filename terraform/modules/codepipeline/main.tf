# The pipeline: Source, Verify, Build, then for each environment blue/green deployment, site and smoke tests, with a person before the last
# one. Stages, actions and artifacts have the names that local-pipeline, approve and the journal know.

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  region     = data.aws_region.current.name
  # The environment's stage: Test, Prod.
  titles = { for environment in var.environment_order : environment => title(environment) }

  verify = var.projects.verify == null ? [] : [{ name = "Verify", order = 1, project = var.projects.verify, inputs = ["source"], outputs = [] }]
  build = [
    { name = "Tools", order = 1, project = var.projects.tools, inputs = ["source"], outputs = ["tools"] },
    { name = "Backend", order = 2, project = var.projects.backend, inputs = ["source", "tools"], outputs = ["backend"] },
    { name = "Frontend", order = 2, project = var.projects.frontend, inputs = ["source"], outputs = ["frontend"] },
  ]
  # A list, because a map's keys would be sorted and Build would come before Verify.
  build_stages = [for stage in [{ name = "Verify", actions = local.verify }, { name = "Build", actions = local.build }] : stage if length(stage.actions) > 0]
}

resource "aws_codepipeline" "this" {
  name           = var.name
  role_arn       = aws_iam_role.this.arn
  pipeline_type  = "V2"
  execution_mode = "QUEUED"

  artifact_store {
    type     = "S3"
    location = var.artifact_bucket_name

    encryption_key {
      type = "KMS"
      id   = var.artifact_kms_key_arn
    }
  }

  trigger {
    provider_type = "CodeStarSourceConnection"

    git_configuration {
      source_action_name = "Source"

      push {
        branches {
          includes = var.branches
        }
        dynamic "file_paths" {
          for_each = length(var.ignored_paths) > 0 ? [var.ignored_paths] : []

          content {
            excludes = file_paths.value
          }
        }
      }
    }
  }

  stage {
    name = "Source"

    action {
      name             = "Source"
      namespace        = "SourceVariables"
      category         = "Source"
      owner            = "AWS"
      provider         = "CodeStarSourceConnection"
      version          = "1"
      output_artifacts = ["source"]

      configuration = {
        ConnectionArn    = var.connection_arn
        FullRepositoryId = var.repository
        BranchName       = var.branches[0]
        # The trigger above decides what starts the pipeline.
        DetectChanges = "false"
      }
    }
  }

  dynamic "stage" {
    for_each = local.build_stages

    content {
      name = stage.value.name

      dynamic "action" {
        for_each = stage.value.actions

        content {
          name             = action.value.name
          namespace        = "${action.value.name}Variables"
          run_order        = action.value.order
          category         = "Build"
          owner            = "AWS"
          provider         = "CodeBuild"
          version          = "1"
          input_artifacts  = action.value.inputs
          output_artifacts = action.value.outputs
          configuration    = { ProjectName = action.value.project, PrimarySource = "source" }
        }
      }
    }
  }

  # The same artifacts for every environment: nothing is built again for production.
  stage {
    name = local.titles[var.environment_order[0]]

    on_failure {
      result = "ROLLBACK"
    }
    dynamic "action" {
      for_each = local.actions[var.environment_order[0]]

      content {
        name            = action.value.name
        run_order       = action.value.order
        category        = action.value.category
        owner           = "AWS"
        provider        = action.value.provider
        version         = "1"
        role_arn        = action.value.role_arn
        input_artifacts = action.value.inputs
        configuration   = action.value.configuration
      }
    }
  }

  stage {
    name = "Approve"

    action {
      name      = "Approve"
      run_order = 1
      category  = "Approval"
      owner     = "AWS"
      provider  = "Manual"
      version   = "1"

      configuration = {
        NotificationArn    = var.approval_topic_arn
        ExternalEntityLink = var.environments[var.environment_order[0]].url
        CustomData         = "Release #{SourceVariables.CommitId} to ${var.environment_order[1]}? It is live in ${var.environment_order[0]}. Answer with: approve --pipeline ${var.name}"
      }
    }
  }

  stage {
    name = local.titles[var.environment_order[1]]

    on_failure {
      result = "ROLLBACK"
    }
    dynamic "action" {
      for_each = local.actions[var.environment_order[1]]

      content {
        name            = action.value.name
        run_order       = action.value.order
        category        = action.value.category
        owner           = "AWS"
        provider        = action.value.provider
        version         = "1"
        role_arn        = action.value.role_arn
        input_artifacts = action.value.inputs
        configuration   = action.value.configuration
      }
    }
  }

  depends_on = [aws_iam_role_policy.this]
}
