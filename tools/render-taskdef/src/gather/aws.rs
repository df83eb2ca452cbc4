//! What is asked of AWS. Nothing is created, changed or decrypted, and an answer that was refused is never taken for "not there".

mod deployment;
mod hooks;
mod images;
mod logs;
mod parameters;
mod roles;
mod secrets;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use aws_config::{Region, SdkConfig};
use aws_credential_types::provider::ProvideCredentials as _;
use futures::StreamExt as _;
use greenlight_core::taskdef::image::ImageRef;
use greenlight_core::taskdef::online::{Answer, Obstacle, Online, Questions, Unknown, nobody_answers};
use greenlight_kit::{AwsError, AwsErrorKind, AwsFlags};

pub use deployment::running;
pub use parameters::parameters;

use images::Wanted;

/// So many questions are on their way at once, for each kind.
const CALLS_AT_ONCE: usize = 16;

/// What is to be asked about images.
#[derive(Debug, Clone, Default)]
pub struct ImageQuestions {
    pub images: BTreeSet<ImageRef>,
    /// Those of them that cannot be written without an answer.
    pub needed: BTreeSet<ImageRef>,
    pub platform: Option<greenlight_core::taskdef::online::Platform>,
    pub scans: bool,
}

/// The configuration for the region of render.toml, or that of the flags.
pub async fn configuration(flags: &AwsFlags, region: Option<&str>) -> SdkConfig {
    let mut flags = flags.clone();
    // What render.toml says is what the files are for; looking elsewhere would find everything missing.
    if let Some(region) = region {
        flags.region = Some(region.to_owned());
    }
    flags.load().await
}

/// Asks everything at once. The error is that of an image without whose answer nothing can be written.
pub async fn online(
    config: &SdkConfig,
    images: &ImageQuestions,
    questions: &Questions,
    account: Option<&str>,
) -> (Online, Option<AwsError>) {
    let advisory = async {
        match credentials(config).await {
            Some(unknown) if !questions.is_empty() => nobody_answers(questions, &unknown),
            _ => ask(config, questions, account).await,
        }
    };
    let wanted = Wanted { platform: images.platform.as_ref(), scans: images.scans };
    let (found, mut online) = futures::future::join(images::ask(config, images, &wanted), advisory).await;
    online.images = found.images;
    online.platforms = found.platforms;
    online.scans = found.scans;
    (online, found.failed)
}

/// Why there are no credentials, when there are none: asked once, not for every question.
async fn credentials(config: &SdkConfig) -> Option<Unknown> {
    let error = config.credentials_provider()?.provide_credentials().await.err()?;
    Some(Unknown { obstacle: Obstacle::Credentials, detail: error.to_string() })
}

async fn ask(config: &SdkConfig, questions: &Questions, account: Option<&str>) -> Online {
    let iam = aws_sdk_iam::Client::new(config);
    let lambda = aws_sdk_lambda::Client::new(config);
    let ecs = aws_sdk_ecs::Client::new(config);
    let roles = each(&questions.roles, |role| roles::ask(&iam, role, account));
    let functions = each(&questions.functions, |function| hooks::ask(&lambda, function));
    let log_groups = each(&questions.log_groups, |group| logs::ask(config, group));
    let secrets = secrets::ask(config, &questions.secrets, account);
    let service =
        maybe(questions.service.as_ref(), |(cluster, service)| deployment::service(&ecs, cluster, service));
    let group =
        maybe(questions.group.as_ref(), |(application, group)| deployment::group(config, application, group));
    let latest = maybe(questions.family.as_ref(), |family| deployment::latest(&ecs, family));
    let (named, single) = futures::future::join(
        futures::future::join4(roles, functions, log_groups, secrets),
        futures::future::join3(service, group, latest),
    )
    .await;
    let (roles, functions, log_groups, secrets) = named;
    let (service, group, latest) = single;
    Online { secrets, log_groups, roles, functions, service, group, latest, ..Online::default() }
}

async fn each<'a, K, T, F, A>(keys: &'a BTreeSet<K>, ask: F) -> BTreeMap<K, Answer<T>>
where
    K: Clone + Ord,
    F: Fn(&'a K) -> A,
    A: Future<Output = Answer<T>>,
{
    let calls: Vec<_> = keys.iter().map(|key| (key.clone(), ask(key))).collect();
    let calls = calls.into_iter().map(|(key, call)| async move { (key, call.await) });
    futures::stream::iter(calls).buffer_unordered(CALLS_AT_ONCE).collect().await
}

async fn maybe<'a, K, T, F, A>(key: Option<&'a K>, ask: F) -> Option<T>
where
    F: FnOnce(&'a K) -> A,
    A: Future<Output = T>,
{
    match key {
        Some(key) => Some(ask(key).await),
        None => None,
    }
}

/// What a failed question means: the thing is not there, or nobody knows.
fn answer<T>(error: &AwsError) -> Answer<T> {
    let gone = error.kind == AwsErrorKind::NotFound
        || error.code.as_deref().is_some_and(|code| code.ends_with("DoesNotExistException"));
    if gone { Answer::Missing } else { Answer::Unknown(unknown(error)) }
}

fn unknown(error: &AwsError) -> Unknown {
    let obstacle = match error.kind {
        AwsErrorKind::AccessDenied => Obstacle::Denied,
        AwsErrorKind::Credentials => Obstacle::Credentials,
        AwsErrorKind::Throttled => Obstacle::Throttled,
        AwsErrorKind::Unavailable => Obstacle::Unavailable,
        AwsErrorKind::NotFound | AwsErrorKind::Conflict | AwsErrorKind::Refused => Obstacle::Refused,
    };
    Unknown { obstacle, detail: error.to_string() }
}

/// Another account's things cannot be looked up by name: the caller's account may have one of the same name.
fn elsewhere<T>(owner: &str) -> Answer<T> {
    let detail = format!("it belongs to the account {owner}");
    Answer::Unknown(Unknown { obstacle: Obstacle::OtherAccount, detail })
}

fn region(name: &str) -> Region {
    Region::new(name.to_owned())
}

#[cfg(test)]
mod tests;
