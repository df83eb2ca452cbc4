//! What AWS was asked before a deployment, and what its answers mean.
//!
//! `questions` says what is worth asking, the shell asks, `judge` decides. An answer that could not be had (denied, throttled, no
//! credentials) is not the answer "missing": it becomes an entry of `skipped`, never a finding.

mod deployment;
mod images;
mod policy;
mod questions;
mod secrets;

use std::collections::{BTreeMap, BTreeSet};

use super::appspec::AppSpec;
use super::finding::Findings;
use super::image::ImageRef;
use super::node::{Node, Place};
use super::pin::{ImageAnswer, ImageAnswers, Running};

pub use images::{Gate, Platform, Scan, wanted_platform};
pub use policy::trusts_ecs_tasks;
pub use questions::{LogGroup, Questions, SecretName, questions, unasked};

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// The caller may not ask.
    Denied,
    /// No valid credentials.
    Credentials,
    /// Asked too often, even after retries.
    Throttled,
    /// AWS could not be reached, failed, or took too long.
    Unavailable,
    /// AWS refused the question itself.
    Refused,
    /// It belongs to another account, where the caller cannot look.
    OtherAccount,
    /// ECR fetches it from another registry when it is pulled for the first time.
    NotCached,
    /// It is in a registry that is not a private one of ECR.
    OutsideEcr,
    /// Nobody said where to ask, or that it may be asked.
    NotAsked,
}

impl Obstacle {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Credentials => "no credentials",
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::Refused => "refused",
            Self::OtherAccount => "other account",
            Self::NotCached => "not cached yet",
            Self::OutsideEcr => "outside of ECR",
            Self::NotAsked => "not asked",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    pub obstacle: Obstacle,
    /// The call and AWS's words.
    pub detail: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<T> {
    Found(T),
    Missing,
    Unknown(Unknown),
}

/// One question that has no answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    pub what: String,
    pub obstacle: Obstacle,
    pub detail: String,
    /// Without this answer a gate on scans cannot be judged.
    pub gated: bool,
}

/// A secret as Secrets Manager or the parameter store describes it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SecretFacts {
    /// It is scheduled for deletion.
    pub deleted: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleFacts {
    /// The trust policy lets ECS tasks assume it.
    pub trusts_ecs_tasks: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceFacts {
    pub status: String,
    /// `ECS`, `CODE_DEPLOY` or `EXTERNAL`.
    pub controller: String,
    /// Container and port.
    pub balancers: Vec<(String, i64)>,
    /// Its tasks run on Fargate.
    pub fargate: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupFacts {
    /// Cluster and service.
    pub services: Vec<(String, String)>,
    pub test_listener: bool,
    pub config: String,
    /// The target groups' load balancer is a Network Load Balancer; none when that could not be told.
    pub network_balancer: Option<bool>,
}

/// The newest revision of the family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    pub number: i64,
    pub arn: String,
}

/// Everything that AWS answered. Keys are the values in the files.
#[derive(Debug, Clone, Default)]
pub struct Online {
    pub images: ImageAnswers,
    pub platforms: BTreeMap<ImageRef, Answer<Vec<Platform>>>,
    pub scans: BTreeMap<ImageRef, Answer<Scan>>,
    pub secrets: BTreeMap<SecretName, Answer<SecretFacts>>,
    pub log_groups: BTreeMap<LogGroup, Answer<()>>,
    pub roles: BTreeMap<String, Answer<RoleFacts>>,
    pub functions: BTreeMap<String, Answer<()>>,
    pub service: Option<Answer<ServiceFacts>>,
    pub group: Option<Answer<GroupFacts>>,
    pub latest: Option<Answer<Revision>>,
}

/// The environment's section of render.toml: a value, and where it stands.
#[derive(Debug, Clone, Default)]
pub struct Deployment {
    pub region: Option<String>,
    pub account: Option<String>,
    pub cluster: Option<(String, Place)>,
    pub service: Option<(String, Place)>,
    pub application: Option<(String, Place)>,
    pub deployment_group: Option<(String, Place)>,
}

/// Reports what AWS's answers speak against. `images` are what will run, `platform` is what they will run on.
pub fn judge(
    definition: &Node,
    (images, platform): (&[Running], Option<&Platform>),
    spec: Option<&AppSpec>,
    deployment: &Deployment,
    gate: &Gate,
    online: &Online,
    findings: &mut Findings,
) {
    images::judge(images, platform, gate, online, findings);
    secrets::judge(definition, deployment, online, findings);
    deployment::judge(spec, deployment, online, findings);
    deployment::judge_family(definition, online, findings);
}

/// The same for every question when one reason keeps all of them from an answer.
pub fn nobody_answers(questions: &Questions, unknown: &Unknown) -> Online {
    fn all<K: Clone + Ord, T>(keys: &BTreeSet<K>, unknown: &Unknown) -> BTreeMap<K, Answer<T>> {
        keys.iter().map(|key| (key.clone(), Answer::Unknown(unknown.clone()))).collect()
    }
    Online {
        secrets: all(&questions.secrets, unknown),
        log_groups: all(&questions.log_groups, unknown),
        roles: all(&questions.roles, unknown),
        functions: all(&questions.functions, unknown),
        service: questions.service.as_ref().map(|_| Answer::Unknown(unknown.clone())),
        group: questions.group.as_ref().map(|_| Answer::Unknown(unknown.clone())),
        latest: questions.family.as_ref().map(|_| Answer::Unknown(unknown.clone())),
        ..Online::default()
    }
}

/// Questions without an answer, in order.
pub fn skipped(online: &Online) -> Vec<Skipped> {
    let mut found = Vec::new();
    let mut add = |what: String, unknown: &Unknown, gated: bool| {
        let (obstacle, detail) = (unknown.obstacle, unknown.detail.clone());
        found.push(Skipped { what, obstacle, detail, gated });
    };
    for (image, answer) in &online.images {
        if let ImageAnswer::Unknown(unknown) = answer {
            add(format!("image {image}"), unknown, true);
        }
    }
    for (image, answer) in &online.platforms {
        if let Answer::Unknown(unknown) = answer {
            add(format!("platforms of {image}"), unknown, false);
        }
    }
    for (image, answer) in &online.scans {
        if let Answer::Unknown(unknown) = answer {
            add(format!("scan of {image}"), unknown, true);
        }
    }
    let secrets =
        online.secrets.iter().map(|(name, answer)| (format!("secret {}", name.written()), unknown(answer)));
    let groups = online
        .log_groups
        .iter()
        .map(|(group, answer)| (format!("log group {}", group.name), unknown(answer)));
    let roles = online.roles.iter().map(|(role, answer)| (format!("role {role}"), unknown(answer)));
    let functions = online
        .functions
        .iter()
        .map(|(function, answer)| (format!("hook function {function}"), unknown(answer)));
    let single = [
        ("service", online.service.as_ref().and_then(unknown)),
        ("deployment group", online.group.as_ref().and_then(unknown)),
        ("latest revision", online.latest.as_ref().and_then(unknown)),
    ]
    .map(|(what, unknown)| (what.to_owned(), unknown));
    for (what, unknown) in secrets.chain(groups).chain(roles).chain(functions).chain(single) {
        if let Some(unknown) = unknown {
            add(what, unknown, false);
        }
    }
    found.sort();
    found
}

const fn unknown<T>(answer: &Answer<T>) -> Option<&Unknown> {
    match answer {
        Answer::Unknown(unknown) => Some(unknown),
        _ => None,
    }
}
