//! Which lifecycle event runs and which task set is green, from what CodeDeploy and ECS say.
//!
//! Both are asked, because a gate that tests the wrong task set says nothing. Where they disagree, the answer is an error.

/// What CodeDeploy says of a deployment's one ECS target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetFacts {
    /// `cluster:service`
    pub target_id: String,
    /// Name and status of every lifecycle event.
    pub lifecycle: Vec<(String, String)>,
    pub task_sets: Vec<TaskSetFacts>,
}

/// A task set as CodeDeploy sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskSetFacts {
    pub id: String,
    /// `Blue` or `Green`.
    pub label: String,
    pub target_group: String,
}

/// A task set as ECS sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EcsTaskSetFacts {
    pub id: String,
    /// The id of the CodeDeploy deployment that made it.
    pub external_id: Option<String>,
    pub task_definition: String,
    pub container: Option<String>,
    pub target_group_arn: Option<String>,
}

/// The target groups and listeners of a deployment group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PairFacts {
    pub target_groups: Vec<String>,
    pub production_listener_arns: Vec<String>,
    pub test_listener_arns: Vec<String>,
}

/// The lifecycle events at which green answers somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    AfterAllowTestTraffic,
    BeforeAllowTraffic,
    AfterAllowTraffic,
}

impl Stage {
    pub const ALL: [Self; 3] =
        [Self::AfterAllowTestTraffic, Self::BeforeAllowTraffic, Self::AfterAllowTraffic];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AfterAllowTestTraffic => "AfterAllowTestTraffic",
            Self::BeforeAllowTraffic => "BeforeAllowTraffic",
            Self::AfterAllowTraffic => "AfterAllowTraffic",
        }
    }
}

/// The hooks of an ECS deployment (CodeDeploy user guide, "AppSpec 'hooks' section for an Amazon ECS deployment", 2026-11).
const HOOKS: [&str; 5] =
    ["BeforeInstall", "AfterInstall", "AfterAllowTestTraffic", "BeforeAllowTraffic", "AfterAllowTraffic"];

/// What runs now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Running {
    /// This hook waits for a verdict.
    Hook(Stage),
    /// No hook is in progress, and one has been answered: this event is a repeated one.
    Answered,
    /// No hook is in progress, and none has been answered: CodeDeploy shows the event later than it calls for it.
    NotYet,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiscoverError {
    #[error(
        "the hook runs at {stage}, when no listener leads to green yet; attach it to AfterAllowTestTraffic"
    )]
    NotTestable { stage: String },
    #[error("the target id {0:?} is not cluster:service")]
    TargetId(String),
    #[error("CodeDeploy names {0} green task sets instead of one")]
    GreenCount(usize),
    #[error("ECS has {0} task sets whose externalId is this deployment instead of one")]
    ExternalCount(usize),
    #[error("CodeDeploy says that {codedeploy} is green, ECS says {ecs}")]
    Disagree { codedeploy: String, ecs: String },
    #[error("CodeDeploy says that green is behind target group {codedeploy}, ECS says {ecs}")]
    TargetGroup { codedeploy: String, ecs: String },
    #[error("target group {0} is in no target group pair of the deployment")]
    NoPair(String),
    #[error("the deployment group has no {0} listener")]
    NoListener(&'static str),
    #[error("CodeDeploy called the hook, but shows no lifecycle event in progress")]
    NothingRuns,
}

/// The lifecycle event in progress.
pub fn running(lifecycle: &[(String, String)]) -> Result<Running, DiscoverError> {
    let in_progress =
        lifecycle.iter().find(|(name, status)| status == "InProgress" && HOOKS.contains(&name.as_str()));
    match in_progress.map(|(name, _)| name.as_str()) {
        None => Ok(answered_or_not_yet(lifecycle)),
        Some("AfterAllowTestTraffic") => Ok(Running::Hook(Stage::AfterAllowTestTraffic)),
        Some("BeforeAllowTraffic") => Ok(Running::Hook(Stage::BeforeAllowTraffic)),
        Some("AfterAllowTraffic") => Ok(Running::Hook(Stage::AfterAllowTraffic)),
        Some(stage) => Err(DiscoverError::NotTestable { stage: stage.to_owned() }),
    }
}

/// Events before green answers do not count: CodeDeploy ends those without a function by itself.
fn answered_or_not_yet(lifecycle: &[(String, String)]) -> Running {
    let over = |stage: Stage| {
        lifecycle
            .iter()
            .any(|(name, status)| name == stage.as_str() && matches!(status.as_str(), "Succeeded" | "Failed"))
    };
    if Stage::ALL.into_iter().any(over) { Running::Answered } else { Running::NotYet }
}

/// Cluster and service of an ECS target.
pub fn cluster_and_service(target_id: &str) -> Result<(&str, &str), DiscoverError> {
    match target_id.split_once(':') {
        Some((cluster, service)) if !cluster.is_empty() && !service.is_empty() => Ok((cluster, service)),
        _ => Err(DiscoverError::TargetId(target_id.to_owned())),
    }
}

/// The task definition of blue, which is live until the deployment is over.
pub fn live_task_definition<'a>(target: &TargetFacts, ecs: &'a [EcsTaskSetFacts]) -> Option<&'a str> {
    let blue = target.task_sets.iter().find(|set| set.label == "Blue")?;
    ecs.iter().find(|set| set.id == blue.id).map(|set| set.task_definition.as_str())
}

/// Green, with everything that is needed to test it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Green {
    pub task_set_id: String,
    pub task_definition: String,
    pub container: Option<String>,
    pub target_group: String,
    /// The other target groups of the pair.
    pub blue_target_groups: Vec<String>,
    /// The listener that must lead to green at this stage.
    pub listener_arn: String,
    /// Where blue takes the visitors' traffic; nothing once green has it.
    pub blue_listener_arn: Option<String>,
}

/// Finds green, twice, and the listener that leads to it.
pub fn green(
    stage: Stage,
    deployment_id: &str,
    target: &TargetFacts,
    ecs: &[EcsTaskSetFacts],
    pairs: &[PairFacts],
) -> Result<Green, DiscoverError> {
    let labelled: Vec<_> = target.task_sets.iter().filter(|set| set.label == "Green").collect();
    let [codedeploy] = labelled.as_slice() else { return Err(DiscoverError::GreenCount(labelled.len())) };
    let external: Vec<_> =
        ecs.iter().filter(|set| set.external_id.as_deref() == Some(deployment_id)).collect();
    let [ecs] = external.as_slice() else { return Err(DiscoverError::ExternalCount(external.len())) };
    if codedeploy.id != ecs.id {
        return Err(DiscoverError::Disagree { codedeploy: codedeploy.id.clone(), ecs: ecs.id.clone() });
    }
    let name = &codedeploy.target_group;
    if let Some(arn) = &ecs.target_group_arn
        && target_group_name(arn) != Some(name.as_str())
    {
        return Err(DiscoverError::TargetGroup { codedeploy: name.clone(), ecs: arn.clone() });
    }
    let pair = pairs.iter().find(|pair| pair.target_groups.contains(name));
    let pair = pair.ok_or_else(|| DiscoverError::NoPair(name.clone()))?;
    let has_blue = target.task_sets.iter().any(|set| set.label == "Blue");
    let (listeners, what) = match stage {
        Stage::AfterAllowTraffic => (&pair.production_listener_arns, "production"),
        Stage::AfterAllowTestTraffic | Stage::BeforeAllowTraffic => (&pair.test_listener_arns, "test"),
    };
    Ok(Green {
        task_set_id: ecs.id.clone(),
        task_definition: ecs.task_definition.clone(),
        container: ecs.container.clone(),
        target_group: name.clone(),
        blue_target_groups: pair.target_groups.iter().filter(|group| *group != name).cloned().collect(),
        listener_arn: listeners.first().cloned().ok_or(DiscoverError::NoListener(what))?,
        blue_listener_arn: pair
            .production_listener_arns
            .first()
            .filter(|_| stage != Stage::AfterAllowTraffic && has_blue)
            .cloned(),
    })
}

/// `arn:…:targetgroup/NAME/ID`
fn target_group_name(arn: &str) -> Option<&str> {
    arn.split_once(":targetgroup/")?.1.split('/').next()
}

/// What identifies an image: its digest where it is pinned, else its tag.
pub fn image_version(image: &str) -> Option<&str> {
    if let Some((_, digest)) = image.split_once('@') {
        return Some(digest);
    }
    let name = image.rsplit('/').next().unwrap_or(image);
    name.split_once(':').map(|(_, tag)| tag)
}

#[cfg(test)]
#[path = "discover_tests.rs"]
mod tests;
