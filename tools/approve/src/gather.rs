//! Reads what is there. It changes nothing and decides nothing.

pub mod artifact;
pub mod contents;
pub mod convert;
pub mod definition;
pub mod dossier;
pub mod executions;
pub mod lifecycle;
pub mod range;
pub mod report;
pub mod waiting;

use std::collections::BTreeMap;

use aws_sdk_codepipeline::types::{
    ActionDeclaration, ExecutionMode, PipelineDeclaration, PipelineSummary, StageDeclaration,
};
use futures::stream::{self, Stream, TryStreamExt as _};
use greenlight_core::approval::pending::Mode;
use greenlight_kit::AwsError;

use crate::session::Session;

/// A pipeline of the region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub name: String,
    pub mode: Mode,
}

/// Every pipeline of the region, page by page. It ends after an error.
pub fn pipeline_pages(
    session: &Session,
) -> impl Stream<Item = Result<Vec<Summary>, AwsError>> + Send + use<> {
    let pages = session.pipelines.list_pipelines().into_paginator().send();
    stream::unfold(pages, |mut pages| async move {
        let page = pages.next().await?;
        let page = page
            .map(|page| page.pipelines().iter().filter_map(summary).collect())
            .map_err(|error| AwsError::new("codepipeline", "ListPipelines", &error));
        Some((page, pages))
    })
}

fn summary(item: &PipelineSummary) -> Option<Summary> {
    let mode = Mode::parse(item.execution_mode().map(ExecutionMode::as_str));
    Some(Summary { name: item.name()?.to_owned(), mode })
}

/// Every pipeline of the region.
pub async fn gather_pipelines(session: &Session) -> Result<Vec<Summary>, AwsError> {
    pipeline_pages(session).try_concat().await
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
    pub category: String,
    pub provider: String,
    pub configuration: BTreeMap<String, String>,
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
    let action = |action: &ActionDeclaration| {
        let kind = action.action_type_id();
        let configuration = action.configuration().into_iter().flatten();
        ActionDefinition {
            name: action.name().to_owned(),
            category: kind.map_or("", |kind| kind.category().as_str()).to_owned(),
            provider: kind.map_or("", |kind| kind.provider()).to_owned(),
            configuration: configuration.map(|(key, value)| (key.clone(), value.clone())).collect(),
            timeout_minutes: action.timeout_in_minutes(),
        }
    };
    let stage = |stage: &StageDeclaration| StageDefinition {
        name: stage.name().to_owned(),
        actions: stage.actions().iter().map(action).collect(),
    };
    Ok(Definition { mode: Mode::parse(mode), stages: stages.iter().map(stage).collect() })
}
