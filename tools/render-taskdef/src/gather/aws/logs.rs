//! Log groups.

use aws_config::SdkConfig;
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::config::Builder;
use greenlight_core::taskdef::online::{Answer, LogGroup};
use greenlight_kit::AwsError;

use super::{answer, region};

pub async fn ask(config: &SdkConfig, group: &LogGroup) -> Answer<()> {
    ask_client(&Client::from_conf(Builder::from(config).region(region(&group.region)).build()), &group.name)
        .await
}

/// Names sort in the order of their characters, so the group itself comes first among those that begin with its name.
pub async fn ask_client(client: &Client, name: &str) -> Answer<()> {
    match client.describe_log_groups().log_group_name_prefix(name).send().await {
        Ok(found) => {
            let there = found.log_groups().iter().any(|group| group.log_group_name() == Some(name));
            if there { Answer::Found(()) } else { Answer::Missing }
        }
        Err(error) => answer(&AwsError::new("logs", "DescribeLogGroups", &error)),
    }
}
