//! The verdict, why, and the report that says so.

use serde::{Deserialize, Serialize};

use super::definition::TaskDefinitionDiff;

/// Version of the report's shape.
pub const REPORT_SCHEMA: &str = "validate-deploy/1";

/// What CodeDeploy is told; the words are CodeDeploy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    Succeeded,
    Failed,
}

impl Verdict {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
        }
    }
}

macro_rules! reasons {
    ($($name:ident $code:literal $meaning:literal $advice:literal)*) => {
        /// Why the verdict is what it is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum ReasonCode {
            $(#[serde(rename = $code)] $name,)*
        }

        impl ReasonCode {
            pub const ALL: &[Self] = &[$(Self::$name),*];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What happened.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)* }
            }

            /// What to do about it.
            pub const fn advice(self) -> &'static str {
                match self { $(Self::$name => $advice,)* }
            }
        }
    };
}

reasons! {
    AllPassed "ALL_PASSED"
        "Every phase passed."
        "Nothing."
    ConfigInvalid "CONFIG_INVALID"
        "The configuration is missing, unreadable, or says something that is not allowed."
        "Run `validate-deploy check FILE`; look at VALIDATE_CONFIG and at the variables that ${env:NAME} names."
    AwsDenied "AWS_DENIED"
        "A call to AWS was not permitted."
        "Give the function's role the policy that `validate-deploy explain --iam` prints."
    AwsUnavailable "AWS_UNAVAILABLE"
        "A call to AWS failed, even after retries."
        "Look at the message for service, code and request id; start the deployment again."
    NotTestable "NOT_TESTABLE"
        "The hook is attached to a lifecycle event at which no listener leads to green."
        "Name the function at AfterAllowTestTraffic in appspec.yaml."
    GreenUnclear "GREEN_UNCLEAR"
        "CodeDeploy and ECS do not agree on which task set is green, or something that is needed to reach it is missing."
        "Look at the message; compare the deployment's target with `aws ecs describe-task-sets`."
    NotWired "NOT_WIRED"
        "The listener does not send traffic to green, or still sends some to blue."
        "Look at the listener's default action and rules; raise wiring.budget_ms if the shift is only slow."
    Unhealthy "UNHEALTHY"
        "Green did not become complete and healthy in time."
        "Look at the targets' reasons in the report and at the log of the tasks; raise health.budget_ms if the start is only slow."
    IdentityMismatch "IDENTITY_MISMATCH"
        "Something other than the expected version answered after the settle time."
        "Look for tasks of another version in the target group; check that the application shows its image digest."
    IdentityUnreachable "IDENTITY_UNREACHABLE"
        "The identity request got no answer."
        "Check that the function's subnets and security group reach the listener, and target.host for its certificate."
    CheckFailed "CHECK_FAILED"
        "The answer to a check was not as expected."
        "Look at the check's messages in the report; run it yourself with `validate-deploy run --url URL`."
    CheckUnreachable "CHECK_UNREACHABLE"
        "The request of a check got no answer."
        "Check that the target is reachable; look at the log of the tasks."
    BurstFailed "BURST_FAILED"
        "Under many requests at once, too many failed or took too long."
        "Look at the numbers of phase burst; compare them with blue's, and with the size of a task."
    CompareFailed "COMPARE_FAILED"
        "Green answers otherwise than blue does: another status, a place of the JSON that is gone, or much slower."
        "Look at phase compare; a change that is wanted belongs into the configuration of this release."
    AlarmRaised "ALARM_RAISED"
        "A CloudWatch alarm is not OK, or does not exist."
        "Look at the alarm; name only alarms that are OK before a release."
    OutOfTime "OUT_OF_TIME"
        "The time ran out before every phase was done."
        "Look at which phase took long; raise the function's timeout (at most 900 s) or lower the budgets."
    Panicked "PANICKED"
        "A defect in validate-deploy."
        "Please report it, with the function's log."
    StageUnknown "STAGE_UNKNOWN"
        "An ECS deployment hook ran at a stage at which green cannot be tested."
        "Attach the hook to POST_TEST_TRAFFIC_SHIFT."
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    Config,
    Discover,
    Wiring,
    Health,
    Identity,
    Checks,
    Burst,
    Compare,
    /// Whether the listener still leads to green.
    Recheck,
    Alarms,
    /// Delivering the verdict; it is in the log, as a report cannot tell of itself.
    Report,
}

impl Phase {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Discover => "discover",
            Self::Wiring => "wiring",
            Self::Health => "health",
            Self::Identity => "identity",
            Self::Checks => "checks",
            Self::Burst => "burst",
            Self::Compare => "compare",
            Self::Recheck => "recheck",
            Self::Alarms => "alarms",
            Self::Report => "report",
        }
    }
}

/// One phase, as it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseRecord {
    pub phase: Phase,
    pub elapsed_ms: u64,
    pub passed: bool,
    /// What was found, or why it failed.
    pub detail: String,
}

/// One check, as it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRecord {
    pub name: String,
    pub passed: bool,
    pub elapsed_ms: u64,
    pub tries: u32,
    pub wrong: u32,
    pub connection_errors: u32,
    /// One entry per try, oldest first.
    pub attempts: Vec<AttemptRecord>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptRecord {
    /// Absent when there was no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    pub elapsed_ms: u64,
    /// What was not as expected; empty = right.
    pub wrong: Vec<String>,
}

/// What is kept of one run of the hook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub schema: String,
    pub verdict: Verdict,
    pub reason: ReasonCode,
    /// One sentence for people.
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle_event: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_version: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// SHA-256 of the configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_sha256: Option<String>,
    /// What the release changes in the task definition that is live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_definition: Option<TaskDefinitionDiff>,
    /// RFC 3339.
    pub started_at: String,
    pub elapsed_ms: u64,
    pub phases: Vec<PhaseRecord>,
    pub checks: Vec<CheckRecord>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_stable_and_explained() {
        for reason in ReasonCode::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
            assert!(reason.meaning().ends_with('.') && reason.advice().ends_with('.'), "{reason:?}");
        }
        assert_eq!(serde_json::to_value(Verdict::Failed).unwrap(), Verdict::Failed.as_str());
    }
}
