//! Reads what is there. It changes nothing and decides nothing.

pub mod convert;
pub mod dossier;
pub mod executions;
pub mod report;
pub mod waiting;

use aws_sdk_codepipeline::types::{ExecutionMode, PipelineDeclaration};
use greenlight_core::approval::pending::Mode;
use greenlight_kit::AwsError;

use crate::session::Session;

/// A pipeline of the region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub name: String,
    pub mode: Mode,
}

/// Every pipeline of the region, all pages.
pub async fn gather_pipelines(session: &Session) -> Result<Vec<Summary>, AwsError> {
    let mut pages = session.pipelines.list_pipelines().into_paginator().items().send();
    let mut pipelines = Vec::new();
    while let Some(item) = pages.next().await {
        let item = item.map_err(|error| AwsError::new("codepipeline", "ListPipelines", &error))?;
        if let Some(name) = item.name() {
            let mode = Mode::parse(item.execution_mode().map(ExecutionMode::as_str));
            pipelines.push(Summary { name: name.to_owned(), mode });
        }
    }
    Ok(pipelines)
}

/// What the pipeline is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    pub mode: Mode,
    pub stages: Vec<StageDefinition>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageDefinition {
    pub name: String,
    pub actions: Vec<ActionDefinition>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionDefinition {
    pub name: String,
    pub timeout_minutes: Option<i32>,
}

impl Definition {
    pub fn position(&self, stage: &str) -> Option<usize> {
        self.stages.iter().position(|candidate| candidate.name == stage)
    }

    pub fn stage(&self, name: &str) -> Option<&StageDefinition> {
        self.stages.iter().find(|stage| stage.name == name)
    }
}

impl StageDefinition {
    pub fn action_names(&self) -> Vec<String> {
        self.actions.iter().map(|action| action.name.clone()).collect()
    }
}

pub async fn gather_definition(session: &Session, pipeline: &str) -> Result<Definition, AwsError> {
    let output = session.pipelines.get_pipeline().name(pipeline).send().await;
    let output = output.map_err(|error| AwsError::new("codepipeline", "GetPipeline", &error))?;
    let declaration = output.pipeline();
    let stages = declaration.map(PipelineDeclaration::stages).unwrap_or_default();
    let mode = declaration.and_then(|declaration| declaration.execution_mode()).map(ExecutionMode::as_str);
    Ok(Definition {
        mode: Mode::parse(mode),
        stages: stages
            .iter()
            .map(|stage| StageDefinition {
                name: stage.name().to_owned(),
                actions: stage
                    .actions()
                    .iter()
                    .map(|action| ActionDefinition {
                        name: action.name().to_owned(),
                        timeout_minutes: action.timeout_in_minutes(),
                    })
                    .collect(),
            })
            .collect(),
    })
}
