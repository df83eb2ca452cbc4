//! AWS's answers as the types that decisions are made on.

use aws_sdk_codepipeline::operation::get_pipeline_state::GetPipelineStateOutput;
use aws_sdk_codepipeline::types::{
    ActionExecutionDetail, ActionExecutionOutput, ArtifactDetail, ExecutionTrigger, StageExecution,
    StageState as SdkStageState,
};
use aws_smithy_types::DateTime;
use greenlight_core::approval::pending::{ActionRun, ActionState, ArtifactPlace, RunStatus};
use jiff::Timestamp;

pub fn timestamp(at: Option<&DateTime>) -> Option<Timestamp> {
    let at = at?;
    Timestamp::new(at.secs(), i32::try_from(at.subsec_nanos()).ok()?).ok()
}

/// One stage as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StageState {
    pub name: String,
    pub current: Option<String>,
    /// Executions that wait to enter.
    pub inbound: Vec<String>,
    pub disabled: bool,
    pub disabled_reason: Option<String>,
    pub disabled_by: Option<String>,
}

pub fn stages(output: &GetPipelineStateOutput) -> Vec<StageState> {
    output.stage_states().iter().map(stage).collect()
}

fn stage(state: &SdkStageState) -> StageState {
    let id = |execution: &StageExecution| execution.pipeline_execution_id().to_owned();
    // `inboundExecution` is the older form of `inboundExecutions`.
    let mut inbound: Vec<String> = state.inbound_executions().iter().map(id).collect();
    inbound.extend(
        state
            .inbound_execution()
            .map(id)
            .filter(|single| !inbound.contains(single))
            .into_iter()
            .collect::<Vec<_>>(),
    );
    let transition = state.inbound_transition_state();
    StageState {
        name: state.stage_name().unwrap_or_default().to_owned(),
        current: state.latest_execution().map(id),
        inbound,
        disabled: transition.is_some_and(|transition| !transition.enabled()),
        disabled_reason: transition.and_then(|transition| transition.disabled_reason()).map(str::to_owned),
        disabled_by: transition.and_then(|transition| transition.last_changed_by()).map(str::to_owned),
    }
}

pub fn actions(output: &GetPipelineStateOutput) -> Vec<ActionState> {
    let mut actions = Vec::new();
    for stage in output.stage_states() {
        for action in stage.action_states() {
            let Some(latest) = action.latest_execution() else { continue };
            actions.push(ActionState {
                stage: stage.stage_name().unwrap_or_default().to_owned(),
                action: action.action_name().unwrap_or_default().to_owned(),
                action_execution_id: latest.action_execution_id().unwrap_or_default().to_owned(),
                status: RunStatus::parse(latest.status().map_or("", |status| status.as_str())),
                token: latest.token().filter(|token| !token.is_empty()).map(str::to_owned),
            });
        }
    }
    actions
}

pub fn run(detail: &ActionExecutionDetail) -> ActionRun {
    let input = detail.input();
    let kind = input.and_then(|input| input.action_type_id());
    let output = detail.output();
    let result = output.and_then(|output| output.execution_result());
    let configuration =
        input.and_then(|input| input.resolved_configuration().or_else(|| input.configuration()));
    let variables = output.and_then(|output| output.output_variables());
    let sorted = |map: Option<&std::collections::HashMap<String, String>>| {
        map.into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect()
    };
    ActionRun {
        execution_id: detail.pipeline_execution_id().unwrap_or_default().to_owned(),
        action_execution_id: detail.action_execution_id().unwrap_or_default().to_owned(),
        stage: detail.stage_name().unwrap_or_default().to_owned(),
        action: detail.action_name().unwrap_or_default().to_owned(),
        category: kind.map_or("", |kind| kind.category().as_str()).to_owned(),
        provider: kind.map_or("", |kind| kind.provider()).to_owned(),
        status: RunStatus::parse(detail.status().map_or("", |status| status.as_str())),
        started: timestamp(detail.start_time()),
        updated: timestamp(detail.last_update_time()),
        updated_by: detail.updated_by().map(str::to_owned),
        external_id: result.and_then(|result| result.external_execution_id()).map(str::to_owned),
        external_summary: result.and_then(|result| result.external_execution_summary()).map(str::to_owned),
        configuration: sorted(configuration),
        variables: sorted(variables),
        outputs: output
            .map(ActionExecutionOutput::output_artifacts)
            .unwrap_or_default()
            .iter()
            .filter_map(artifact)
            .collect(),
    }
}

fn artifact(detail: &ArtifactDetail) -> Option<(String, ArtifactPlace)> {
    let location = detail.s3_location()?;
    let place = ArtifactPlace { bucket: location.bucket()?.to_owned(), key: location.key()?.to_owned() };
    Some((detail.name()?.to_owned(), place))
}

/// `Webhook arn:…`
pub fn trigger(trigger: Option<&ExecutionTrigger>) -> Option<String> {
    let trigger = trigger?;
    let kind = trigger.trigger_type()?.as_str();
    Some(match trigger.trigger_detail().filter(|detail| !detail.is_empty()) {
        Some(detail) => format!("{kind} {detail}"),
        None => kind.to_owned(),
    })
}
