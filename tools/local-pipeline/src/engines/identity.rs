//! STS, as far as who asks goes: `GetCallerIdentity` and `AssumeRole`. Signatures are not checked; the access key id says who it is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::api::{ApiError, Query, xml_text};
use crate::names;

/// How long an assumed role lasts.
const SESSION_SECS: i64 = 3_600;

#[derive(Default)]
struct State {
    /// Access key id → ARN.
    callers: BTreeMap<String, String>,
    refused: BTreeSet<String>,
}

#[derive(Default)]
pub struct Identity {
    state: Mutex<State>,
}

impl Identity {
    /// Says whose the key is. Keys that nobody named belong to `user/local`.
    pub fn name(&self, access_key_id: &str, arn: &str) {
        self.lock().callers.insert(access_key_id.to_owned(), arn.to_owned());
    }

    /// Nobody may assume this role.
    pub fn refuse(&self, role_arn: &str) {
        self.lock().refused.insert(role_arn.to_owned());
    }

    /// Whether the engine answers this operation; the emulator has the others.
    pub fn has(operation: &str) -> bool {
        matches!(operation, "GetCallerIdentity" | "AssumeRole")
    }

    /// The XML inside of the result.
    pub fn call(&self, query: &Query, access_key_id: Option<&str>) -> Result<String, ApiError> {
        match query.action() {
            "GetCallerIdentity" => {
                let arn = self.arn(access_key_id);
                Ok(format!(
                    "<Arn>{}</Arn><UserId>AIDALOCAL</UserId><Account>{}</Account>",
                    xml_text(&arn),
                    names::ACCOUNT_ID
                ))
            }
            "AssumeRole" => self.assume(query, access_key_id),
            other => Err(ApiError::unknown_operation("sts", other)),
        }
    }

    fn assume(&self, query: &Query, access_key_id: Option<&str>) -> Result<String, ApiError> {
        let missing = |name: &str| ApiError::new("ValidationError", format!("{name} must not be null"));
        let role = query.get("RoleArn").ok_or_else(|| missing("roleArn"))?;
        let session = query.get("RoleSessionName").ok_or_else(|| missing("roleSessionName"))?;
        let caller = self.arn(access_key_id);
        if self.lock().refused.contains(role) {
            let message =
                format!("User: {caller} is not authorized to perform: sts:AssumeRole on resource: {role}");
            return Err(ApiError::with_status(403, "AccessDenied", message));
        }
        let name = role.rsplit('/').next().unwrap_or(role);
        let account = role.split(':').nth(4).unwrap_or(names::ACCOUNT_ID);
        let arn = format!("arn:aws:sts::{account}:assumed-role/{name}/{session}");
        let key = format!("ASIA{}", uuid::Uuid::new_v4().simple().to_string().to_uppercase());
        self.name(&key, &arn);
        let expires = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(SESSION_SECS);
        Ok(format!(
            "<Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>local</SecretAccessKey>\
             <SessionToken>local</SessionToken><Expiration>{expires:.0}</Expiration></Credentials>\
             <AssumedRoleUser><Arn>{}</Arn><AssumedRoleId>AROALOCAL:{}</AssumedRoleId></AssumedRoleUser>",
            xml_text(&arn),
            xml_text(session)
        ))
    }

    fn arn(&self, access_key_id: Option<&str>) -> String {
        let known = access_key_id.and_then(|key| self.lock().callers.get(key).cloned());
        known.unwrap_or_else(|| format!("arn:aws:iam::{}:user/local", names::ACCOUNT_ID))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_assumed_under_the_given_name_or_refused() {
        let identity = Identity::default();
        identity.name("AKIA", "arn:aws:iam::123456789012:user/bob");
        let me = identity.call(&Query::parse(b"Action=GetCallerIdentity"), Some("AKIA")).unwrap();
        assert!(me.contains("user/bob"), "{me}");
        let query = Query::parse(
            b"Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A210987654321%3Arole%2FRelease&RoleSessionName=bob",
        );
        let answer = identity.call(&query, Some("AKIA")).unwrap();
        assert!(answer.contains("arn:aws:sts::210987654321:assumed-role/Release/bob"), "{answer}");
        let key = answer.split("<AccessKeyId>").nth(1).and_then(|rest| rest.split('<').next()).unwrap();
        let me = identity.call(&Query::parse(b"Action=GetCallerIdentity"), Some(key)).unwrap();
        assert!(me.contains("assumed-role/Release/bob"), "{me}");
        identity.refuse("arn:aws:iam::210987654321:role/Release");
        assert_eq!(identity.call(&query, Some("AKIA")).unwrap_err().code, "AccessDenied");
    }
}
