# What is done in each environment, in this order: backend, site, a look from outside.

locals {
  actions = {
    for environment, about in var.environments : environment => [
      {
        name     = "Deploy"
        order    = 1
        category = "Deploy"
        provider = "CodeDeployToECS"
        role_arn = about.deployer_role_arn
        inputs   = ["backend"]
        configuration = {
          ApplicationName                = about.codedeploy_application
          DeploymentGroupName            = about.codedeploy_group
          TaskDefinitionTemplateArtifact = "backend"
          TaskDefinitionTemplatePath     = "${environment}/taskdef.json"
          AppSpecTemplateArtifact        = "backend"
          AppSpecTemplatePath            = "${environment}/appspec.yaml"
        }
      },
      {
        name          = "Publish"
        order         = 2
        category      = "Build"
        provider      = "CodeBuild"
        role_arn      = about.deployer_role_arn
        inputs        = ["source", "tools", "frontend"]
        configuration = { ProjectName = about.publish_project, PrimarySource = "source" }
      },
      {
        name          = "Smoke"
        order         = 3
        category      = "Build"
        provider      = "CodeBuild"
        role_arn      = about.deployer_role_arn
        inputs        = ["source", "tools"]
        configuration = { ProjectName = about.smoke_project, PrimarySource = "source" }
      },
    ]
  }
}
