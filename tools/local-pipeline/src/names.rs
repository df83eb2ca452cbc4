//! Who and where the local AWS is.

/// The account number that AWS's own documentation uses.
pub const ACCOUNT_ID: &str = "123456789012";
pub const REGION: &str = "eu-central-1";
pub const ACCESS_KEY_ID: &str = "AKIALOCALPIPELINE000";
pub const SECRET_ACCESS_KEY: &str = "local-pipeline-is-not-a-secret";

/// `arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE`
pub fn arn(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT_ID}:{resource}")
}
