//! The AWS clients for one account and region.

use aws_config::SdkConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_codepipeline::config::retry::RetryConfig;
use greenlight_core::approval::policy::person;
use greenlight_kit::{AwsError, AwsFlags};

use crate::config::Entry;
use crate::error::Error;

/// Longest name of a session of an assumed role
/// (<https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>, 2026-11).
const MAX_SESSION_NAME_CHARS: usize = 64;

#[derive(Debug, Clone)]
pub struct Session {
    pub pipelines: aws_sdk_codepipeline::Client,
    pub deployments: aws_sdk_codedeploy::Client,
    pub services: aws_sdk_ecs::Client,
    pub objects: aws_sdk_s3::Client,
    pub identity: aws_sdk_sts::Client,
    pub region: String,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub arn: String,
    pub account: String,
}

impl Session {
    /// What the configuration says about a pipeline wins over the general flags.
    pub async fn open(flags: &AwsFlags, entry: Option<&Entry>) -> Result<Self, Error> {
        let mut flags = flags.clone();
        flags.region = entry.and_then(|entry| entry.region.clone()).or(flags.region);
        flags.profile = entry.and_then(|entry| entry.profile.clone()).or(flags.profile);
        let sdk = flags.load().await;
        let sdk = match entry.and_then(|entry| entry.role_arn.as_deref()) {
            Some(role_arn) => assume(&sdk, role_arn).await?,
            None => sdk,
        };
        Ok(Self::new(&sdk))
    }

    pub fn new(sdk: &SdkConfig) -> Self {
        // CodePipeline's rates are low and not published: the adaptive mode finds them.
        let pipelines = aws_sdk_codepipeline::config::Builder::from(sdk)
            .retry_config(RetryConfig::adaptive().with_max_attempts(6))
            .build();
        let objects =
            aws_sdk_s3::config::Builder::from(sdk).force_path_style(sdk.endpoint_url().is_some()).build();
        Self {
            pipelines: aws_sdk_codepipeline::Client::from_conf(pipelines),
            deployments: aws_sdk_codedeploy::Client::new(sdk),
            services: aws_sdk_ecs::Client::new(sdk),
            objects: aws_sdk_s3::Client::from_conf(objects),
            identity: aws_sdk_sts::Client::new(sdk),
            region: sdk.region().map(ToString::to_string).unwrap_or_default(),
        }
    }

    pub async fn caller(&self) -> Result<Caller, AwsError> {
        caller(&self.identity).await
    }
}

async fn caller(identity: &aws_sdk_sts::Client) -> Result<Caller, AwsError> {
    let output = identity.get_caller_identity().send().await;
    let output = output.map_err(|error| AwsError::new("sts", "GetCallerIdentity", &error))?;
    Ok(Caller {
        arn: output.arn().unwrap_or_default().to_owned(),
        account: output.account().unwrap_or_default().to_owned(),
    })
}

/// The session has the person's name, so that CloudTrail, the summary and the four-eyes rule still know who it is.
async fn assume(sdk: &SdkConfig, role_arn: &str) -> Result<SdkConfig, Error> {
    let base = caller(&aws_sdk_sts::Client::new(sdk)).await?;
    let name = session_name(&base.arn);
    let provider = AssumeRoleProvider::builder(role_arn).session_name(name).configure(sdk).build().await;
    Ok(sdk.to_builder().credentials_provider(SharedCredentialsProvider::new(provider)).build())
}

/// Of the characters that STS takes.
fn session_name(caller_arn: &str) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || "+=,.@-_".contains(c) { c } else { '-' };
    person(caller_arn).unwrap_or("approve").chars().map(allowed).take(MAX_SESSION_NAME_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::session_name;

    #[test]
    fn the_person_stays_known() {
        assert_eq!(session_name("arn:aws:sts::1:assumed-role/SSO/alice@example.com"), "alice@example.com");
        assert_eq!(session_name("arn:aws:iam::1:user/jörg"), "j-rg");
        assert_eq!(session_name("arn:aws:sts::1:assumed-role/X/botocore-session-1"), "approve");
    }
}
