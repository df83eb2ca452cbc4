//! Roles and their trust policies.

use aws_sdk_iam::Client;
use greenlight_core::taskdef::online::{Answer, RoleFacts, trusts_ecs_tasks};
use greenlight_kit::AwsError;
use percent_encoding::percent_decode_str;

use super::{answer, elsewhere};

/// Asks for a role by ARN or name.
pub async fn ask(client: &Client, role: &str, account: Option<&str>) -> Answer<RoleFacts> {
    let owner = role.strip_prefix("arn:").and_then(|arn| arn.split(':').nth(3));
    if let (Some(owner), Some(account)) = (owner, account)
        && owner != account
    {
        return elsewhere(owner);
    }
    let name = role.rsplit('/').next().unwrap_or(role);
    match client.get_role().role_name(name).send().await {
        Ok(found) => {
            let Some(found) = found.role else { return Answer::Missing };
            // The caller's account has a role of this name, but it is not the one that the file names.
            if let Some(owner) = owner.filter(|_| !found.arn.is_empty() && found.arn != role) {
                return if found.arn.contains(&format!("::{owner}:")) {
                    Answer::Missing
                } else {
                    elsewhere(owner)
                };
            }
            let policy = found.assume_role_policy_document.unwrap_or_default();
            let policy = percent_decode_str(&policy).decode_utf8_lossy();
            Answer::Found(RoleFacts { trusts_ecs_tasks: trusts_ecs_tasks(&policy) })
        }
        Err(error) => answer(&AwsError::new("iam", "GetRole", &error)),
    }
}
