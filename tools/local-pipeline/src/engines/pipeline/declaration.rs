//! The pipeline as `CreatePipeline` takes it
//! (<https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PipelineDeclaration.html>, 2026-11).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::api::ApiError;

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Declaration {
    pub name: String,
    #[serde(default)]
    pub execution_mode: ExecutionMode,
    pub artifact_store: Store,
    pub stages: Vec<Stage>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ExecutionMode {
    Queued,
    #[default]
    Superseded,
    Parallel,
}

impl ExecutionMode {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Superseded => "SUPERSEDED",
            Self::Parallel => "PARALLEL",
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
pub struct Store {
    pub location: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Stage {
    pub name: String,
    pub actions: Vec<Action>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Action {
    pub name: String,
    #[serde(rename = "actionTypeId")]
    pub kind: ActionType,
    #[serde(default = "first")]
    pub run_order: u32,
    #[serde(default)]
    pub configuration: BTreeMap<String, String>,
    #[serde(default)]
    pub input_artifacts: Vec<Artifact>,
    #[serde(default)]
    pub output_artifacts: Vec<Artifact>,
    #[serde(default)]
    pub namespace: Option<String>,
    /// Of a manual approval: 5 to 86,400 minutes, 7 days where it is not given
    /// (<https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html>, 2026-11).
    #[serde(default)]
    pub timeout_in_minutes: Option<u64>,
}

const fn first() -> u32 {
    1
}

#[derive(Debug, Clone, Deserialize)]
pub struct ActionType {
    pub category: String,
    pub owner: String,
    pub provider: String,
    pub version: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Artifact {
    pub name: String,
}

/// What the engine can run.
const PROVIDERS: [&str; 4] = ["CodeStarSourceConnection", "CodeBuild", "CodeDeployToECS", "Manual"];

impl Declaration {
    pub fn parse(pipeline: &Value) -> Result<Self, ApiError> {
        let declaration: Self = serde_json::from_value(pipeline.clone()).map_err(|error| {
            ApiError::new("ValidationException", format!("the pipeline is not valid: {error}"))
        })?;
        declaration.check()?;
        Ok(declaration)
    }

    fn check(&self) -> Result<(), ApiError> {
        let stage_error = |message: String| ApiError::new("InvalidStageDeclarationException", message);
        let action_error = |message: String| ApiError::new("InvalidActionDeclarationException", message);
        if self.stages.len() < 2 {
            return Err(ApiError::new("InvalidStructureException", "Pipeline has only one stage"));
        }
        let mut produced: Vec<&str> = Vec::new();
        for (index, stage) in self.stages.iter().enumerate() {
            if self.stages.iter().take(index).any(|earlier| earlier.name == stage.name) {
                return Err(stage_error(format!("Stage name {} is used twice", stage.name)));
            }
            let mut actions: Vec<&Action> = stage.actions.iter().collect();
            actions.sort_by_key(|action| action.run_order);
            for action in actions {
                let provider = action.kind.provider.as_str();
                if !PROVIDERS.contains(&provider) {
                    return Err(action_error(format!(
                        "action {} has provider {provider}; local-pipeline runs {}",
                        action.name,
                        PROVIDERS.join(", ")
                    )));
                }
                if (action.kind.category == "Source") != (index == 0) {
                    return Err(stage_error(
                        "Source actions belong to the first stage, and only they do".into(),
                    ));
                }
                for input in &action.input_artifacts {
                    if !produced.contains(&input.name.as_str()) {
                        return Err(action_error(format!(
                            "input artifact {} of action {} is not produced before it",
                            input.name, action.name
                        )));
                    }
                }
                produced.extend(action.output_artifacts.iter().map(|artifact| artifact.name.as_str()));
            }
        }
        Ok(())
    }

    pub fn stage(&self, name: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.name == name)
    }
}

/// Replaces `#{namespace.Name}` from the variables seen so far; an unknown one is an error, as on AWS.
pub fn resolve(
    configuration: &BTreeMap<String, String>,
    variables: &BTreeMap<String, BTreeMap<String, String>>,
) -> Result<BTreeMap<String, String>, String> {
    configuration.iter().map(|(name, value)| Ok((name.clone(), resolve_text(value, variables)?))).collect()
}

fn resolve_text(
    text: &str,
    variables: &BTreeMap<String, BTreeMap<String, String>>,
) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("#{") {
        let (reference, tail) =
            after.split_once('}').ok_or_else(|| format!("unterminated variable reference in {text:?}"))?;
        let value = reference
            .split_once('.')
            .and_then(|(namespace, name)| variables.get(namespace)?.get(name))
            .ok_or_else(|| format!("the variable #{{{reference}}} is not known at this point"))?;
        out.push_str(before);
        out.push_str(value);
        rest = tail;
    }
    Ok(out + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_resolve_or_say_which_is_missing() {
        let variables =
            BTreeMap::from([("S".to_owned(), BTreeMap::from([("CommitId".to_owned(), "abc".to_owned())]))]);
        assert_eq!(resolve_text("x #{S.CommitId} y", &variables).unwrap(), "x abc y");
        assert!(resolve_text("#{S.Nope}", &variables).unwrap_err().contains("S.Nope"));
        assert!(resolve_text("#{S", &variables).is_err());
    }
}
