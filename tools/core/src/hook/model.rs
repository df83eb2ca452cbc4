//! The configuration as TOML writes it. Unknown keys are errors: a check that is misspelt must not be a check that passes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A whole configuration.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the JSON report goes: `s3://bucket/prefix`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    #[serde(default)]
    pub target: Target,
    #[serde(default)]
    pub wiring: Wiring,
    #[serde(default)]
    pub health: Health,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    #[serde(default, rename = "check")]
    pub checks: Vec<Check>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<Burst>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare: Option<Compare>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarms: Option<Alarms>,
}

/// How the target is reached, where the listener does not say it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Base URL for ECS-native events; without it, the service revision's load balancer is looked up. Not used for CodeDeploy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// `Host` header, and the name that the TLS certificate must carry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Certificates of the authorities that may sign the target's certificate, and no others: PEM text, or `file:path`,
    /// `ssm:/path`, `s3://bucket/key`. Without it, the public ones may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Wiring {
    /// How long the listener may take to lead to green, in milliseconds.
    pub budget_ms: u64,
    pub poll_ms: u64,
}

impl Default for Wiring {
    fn default() -> Self {
        Self { budget_ms: 30_000, poll_ms: 2_000 }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Health {
    /// How long green may take to become healthy, in milliseconds.
    pub budget_ms: u64,
    pub poll_ms: u64,
}

impl Default for Health {
    fn default() -> Self {
        Self { budget_ms: 300_000, poll_ms: 5_000 }
    }
}

/// Which version answers. Exactly one of `header`, `json` and `regex` says where it stands in the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    pub path: String,
    /// Name of a response header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// JSON Pointer (RFC 6901) into the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<String>,
    /// Regular expression over the body; its first group is the version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regex: Option<String>,
    /// What it must be. `${version}` is the image digest of green's task definition, or `--expect-version`.
    #[serde(default = "version")]
    pub expect: String,
    /// How long other versions may still answer, in milliseconds.
    #[serde(default = "thirty_seconds")]
    pub settle_ms: u64,
    #[serde(default = "half_a_second")]
    pub poll_ms: u64,
    #[serde(default = "five_seconds")]
    pub timeout_ms: u64,
    /// Answers in a row that must carry the expected version, per target of the target group.
    #[serde(default = "fourteen")]
    pub samples_per_target: u32,
}

/// One request and what its answer must be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    pub name: String,
    #[serde(default = "get")]
    pub method: String,
    pub path: String,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Text body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// JSON body; placeholders in its strings are replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<Value>,
    /// Limit for one request, in milliseconds.
    #[serde(default = "five_seconds")]
    pub timeout_ms: u64,
    /// How many answers may be wrong before the check fails.
    #[serde(default = "three")]
    pub attempts: u32,
    /// How many connections may fail before the check fails. Counted apart from wrong answers.
    #[serde(default = "three")]
    pub connection_attempts: u32,
    #[serde(default = "one_second")]
    pub interval_ms: u64,
    /// How many answers in a row must be right.
    #[serde(default = "one")]
    pub consecutive: u32,
    pub expect: Expect,
    /// Values of the answer for later checks, as `${capture:NAME}`.
    #[serde(default)]
    pub capture: BTreeMap<String, Capture>,
}

/// Many requests at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Burst {
    /// Sent with GET.
    pub path: String,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    pub requests: u32,
    #[serde(default = "ten")]
    pub concurrency: u32,
    /// Limit for one request, in milliseconds.
    #[serde(default = "five_seconds")]
    pub timeout_ms: u64,
    /// The status that is right; every other one, another version and no answer at all are errors.
    #[serde(default = "ok_status")]
    pub status: u16,
    /// Share of requests that may be errors, 0 to 1.
    #[serde(default)]
    pub max_error_rate: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_p50_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_p95_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_p99_ms: Option<u64>,
}

/// The same requests to green and to blue, in turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compare {
    /// Sent with GET.
    pub paths: Vec<String>,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Blue's base URL; without it, production's listener is looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Requests to each of both, per path.
    #[serde(default = "twenty")]
    pub samples: u32,
    /// Limit for one request, in milliseconds.
    #[serde(default = "five_seconds")]
    pub timeout_ms: u64,
    /// Green's 95th percentile may be this many times blue's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_p95_ratio: Option<f64>,
    /// Below this, green's 95th percentile is fast enough whatever blue's is.
    #[serde(default = "fifty")]
    pub fast_ms: u64,
    /// Whether JSON answers must have every place of blue's, with the same kind of value.
    #[serde(default = "yes")]
    pub json_shape: bool,
}

/// CloudWatch alarms that must be OK.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alarms {
    pub names: Vec<String>,
    /// Whether an alarm without enough data is as good as one that is OK.
    #[serde(default)]
    pub insufficient_data_is_ok: bool,
}

/// What an answer must be. Everything that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Slowest answer that is still right, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_ms: Option<u64>,
    /// Regular expression by header name; it must match somewhere in the value.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Headers that must not be there.
    #[serde(default)]
    pub headers_absent: Vec<String>,
    /// Regular expression that must match somewhere in the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Regular expression that must match nowhere in the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_absent: Option<String>,
    #[serde(default)]
    pub json: Vec<JsonExpect>,
}

/// What must hold at one place of a JSON body. With `pointer` alone, the place must exist.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JsonExpect {
    /// JSON Pointer (RFC 6901); the empty text is the whole document.
    pub pointer: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<Value>,
    /// Regular expression over a string value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matches: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "type")]
    pub kind: Option<JsonKind>,
    /// Fewest items of an array.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_items: Option<usize>,
    /// The place must not exist.
    #[serde(default)]
    pub absent: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JsonKind {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

/// Where a value stands in an answer: exactly one of the three.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capture {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regex: Option<String>,
    /// The value is a secret: it is shown nowhere.
    #[serde(default)]
    pub secret: bool,
}

fn version() -> String {
    "${version}".to_owned()
}

fn get() -> String {
    "GET".to_owned()
}

const fn one() -> u32 {
    1
}

const fn three() -> u32 {
    3
}

const fn ten() -> u32 {
    10
}

const fn fourteen() -> u32 {
    14
}

const fn twenty() -> u32 {
    20
}

const fn fifty() -> u64 {
    50
}

const fn ok_status() -> u16 {
    200
}

const fn yes() -> bool {
    true
}

const fn half_a_second() -> u64 {
    500
}

const fn one_second() -> u64 {
    1_000
}

const fn five_seconds() -> u64 {
    5_000
}

const fn thirty_seconds() -> u64 {
    30_000
}
