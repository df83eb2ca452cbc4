//! The AWS clients for one account and region.

use aws_sdk_codepipeline::config::retry::RetryConfig;
use greenlight_kit::{AwsError, AwsFlags};

use crate::config::Entry;

#[derive(Debug, Clone)]
pub struct Session {
    pub pipelines: aws_sdk_codepipeline::Client,
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
    pub async fn open(flags: &AwsFlags, entry: Option<&Entry>) -> Self {
        let mut flags = flags.clone();
        flags.region = entry.and_then(|entry| entry.region.clone()).or(flags.region);
        flags.profile = entry.and_then(|entry| entry.profile.clone()).or(flags.profile);
        let sdk = flags.load().await;
        // CodePipeline's rates are low and not published: the adaptive mode finds them.
        let pipelines = aws_sdk_codepipeline::config::Builder::from(&sdk)
            .retry_config(RetryConfig::adaptive().with_max_attempts(6))
            .build();
        let objects =
            aws_sdk_s3::config::Builder::from(&sdk).force_path_style(flags.endpoint_url.is_some()).build();
        Self {
            pipelines: aws_sdk_codepipeline::Client::from_conf(pipelines),
            objects: aws_sdk_s3::Client::from_conf(objects),
            identity: aws_sdk_sts::Client::new(&sdk),
            region: sdk.region().map(ToString::to_string).unwrap_or_default(),
        }
    }

    pub async fn caller(&self) -> Result<Caller, AwsError> {
        let output = self.identity.get_caller_identity().send().await;
        let output = output.map_err(|error| AwsError::new("sts", "GetCallerIdentity", &error))?;
        Ok(Caller {
            arn: output.arn().unwrap_or_default().to_owned(),
            account: output.account().unwrap_or_default().to_owned(),
        })
    }
}
