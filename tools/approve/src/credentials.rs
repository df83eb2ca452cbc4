//! What to run when AWS does not know who asks: SSO, MFA, assumed roles, profiles.

use aws_config::profile::{Profile, ProfileSet};
use aws_types::os_shim_internal::{Env, Fs};
use greenlight_core::report::printable;
use greenlight_kit::{AwsError, AwsErrorKind, AwsFlags};

use crate::config::{Config, Entry};

/// How a profile may lead to another one at most.
const MAX_CHAIN: usize = 8;

/// Where the credentials should come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Login {
    pub profile: Option<String>,
    pub role_arn: Option<String>,
}

impl Login {
    /// Of the first named pipeline that the configuration knows, or of the general flags.
    pub fn of(flags: &AwsFlags, config: &Config, pipelines: &[String]) -> Self {
        let entry = pipelines.iter().find_map(|name| config.pipelines.get(name));
        let own = |get: fn(&Entry) -> Option<String>| entry.and_then(get);
        Self {
            profile: own(|entry| entry.profile.clone()).or_else(|| flags.profile.clone()),
            role_arn: own(|entry| entry.role_arn.clone()),
        }
    }
}

/// What the profile says, as far as it matters here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Facts {
    is_there: bool,
    sso: bool,
    mfa: bool,
    role_arn: Option<String>,
}

/// The hint for an error of credentials; nothing for other errors.
pub async fn hint(error: &AwsError, login: &Login) -> Option<String> {
    if error.kind != AwsErrorKind::Credentials {
        return None;
    }
    let profile = login.profile.clone().unwrap_or_else(|| "default".to_owned());
    #[expect(clippy::default_trait_access, reason = "the type has only a deprecated name here")]
    let read = aws_config::profile::load(&Fs::real(), &Env::real(), &Default::default(), None).await;
    let facts = match read {
        Ok(profiles) => facts(&profiles, &profile),
        Err(error) => {
            return Some(format!(
                "the AWS configuration files cannot be read: {}",
                printable(&error.to_string())
            ));
        }
    };
    Some(sentence(error, login, &profile, &facts))
}

fn facts(profiles: &ProfileSet, name: &str) -> Facts {
    let mut facts = Facts::default();
    let mut next = Some(name.to_owned());
    for step in 0..MAX_CHAIN {
        let Some(profile) = next.take().and_then(|name| profiles.get_profile(&name)) else { break };
        facts.is_there |= step == 0;
        let has = |key: &str| profile.get(key).is_some();
        facts.sso |= has("sso_session") || has("sso_start_url");
        facts.mfa |= has("mfa_serial");
        facts.role_arn = facts.role_arn.or_else(|| text(profile, "role_arn"));
        next = text(profile, "source_profile").filter(|source| source != profile.name());
    }
    facts
}

fn text(profile: &Profile, key: &str) -> Option<String> {
    profile.get(key).map(str::to_owned)
}

fn sentence(error: &AwsError, login: &Login, profile: &str, facts: &Facts) -> String {
    let shown = quoted(profile);
    let named = login.profile.is_some();
    if named && !facts.is_there {
        return format!(
            "there is no profile {shown} in the AWS configuration; `aws configure list-profiles` names those there are"
        );
    }
    if facts.sso {
        return format!(
            "the SSO session of profile {shown} is missing or expired: run `aws sso login --profile {shown}`"
        );
    }
    if facts.mfa {
        return format!(
            "profile {shown} needs a code of an MFA device, for which only the AWS CLI asks: \
             run `eval \"$(aws configure export-credentials --profile {shown} --format env)\"` and then approve without --profile"
        );
    }
    let expired = ["expired", "Expired"].iter().any(|word| error.to_string().contains(word));
    if expired && !named {
        return "the credentials in the environment (AWS_ACCESS_KEY_ID, …) are expired: get new ones, or unset them and pass --profile NAME"
            .to_owned();
    }
    if let Some(role_arn) = login.role_arn.as_ref().or(facts.role_arn.as_ref()) {
        return format!(
            "the role {} could not be assumed: its trust policy must name you, and your own policy must allow sts:AssumeRole on it; \
             `aws sts get-caller-identity{}` shows who you are",
            printable(role_arn),
            if named { format!(" --profile {shown}") } else { String::new() }
        );
    }
    if named {
        return format!(
            "profile {shown} gives no valid credentials: `aws configure list --profile {shown}` shows where they come from"
        );
    }
    "there are no AWS credentials: pass --profile NAME (`aws configure list-profiles` names them), or make one with `aws configure sso`"
        .to_owned()
}

/// For a command that somebody will copy.
fn quoted(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.@/+=".contains(c)) && !name.is_empty();
    if plain { name.to_owned() } else { printable(&format!("'{}'", name.replace('\'', "'\\''"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(message: &str) -> AwsError {
        AwsError {
            service: "sts",
            operation: "GetCallerIdentity",
            kind: AwsErrorKind::Credentials,
            code: None,
            message: message.into(),
            request_id: None,
            status: None,
        }
    }

    fn said(message: &str, profile: Option<&str>, facts: &Facts) -> String {
        let login = Login { profile: profile.map(Into::into), role_arn: None };
        sentence(&error(message), &login, profile.unwrap_or("default"), facts)
    }

    #[test]
    fn each_case_says_what_to_run() {
        let there = Facts { is_there: true, ..Facts::default() };
        assert!(said("x", Some("nope"), &Facts::default()).contains("no profile nope"));
        let sso = Facts { sso: true, ..there.clone() };
        assert!(said("x", Some("prod"), &sso).ends_with("run `aws sso login --profile prod`"));
        let mfa = Facts { mfa: true, role_arn: Some("arn:r".into()), ..there.clone() };
        assert!(said("x", Some("prod"), &mfa).contains("export-credentials --profile prod"));
        let role = Facts { role_arn: Some("arn:aws:iam::1:role/R".into()), ..there.clone() };
        assert!(
            said("AccessDenied", Some("prod"), &role)
                .starts_with("the role arn:aws:iam::1:role/R could not be assumed")
        );
        assert!(said("ExpiredToken: x", None, &Facts::default()).contains("AWS_ACCESS_KEY_ID"));
        assert!(said("x", None, &Facts::default()).contains("aws configure sso"));
        assert!(said("x", Some("a b"), &there).contains("--profile 'a b'"));
    }
}
