//! Whether secrets are there. Their values are neither asked for nor decrypted.

use std::collections::{BTreeMap, BTreeSet};

use aws_config::SdkConfig;
use futures::StreamExt as _;
use greenlight_core::taskdef::online::{Answer, SecretFacts, SecretName};
use greenlight_kit::AwsError;

use super::parameters::PARAMETERS_PER_CALL;
use super::{CALLS_AT_ONCE, answer, elsewhere, region, unknown};

type Answers = BTreeMap<SecretName, Answer<SecretFacts>>;

pub async fn ask(config: &SdkConfig, names: &BTreeSet<SecretName>, account: Option<&str>) -> Answers {
    let mut found = Answers::new();
    let mut parameters: BTreeMap<Option<&str>, Vec<&SecretName>> = BTreeMap::new();
    let mut secrets = Vec::new();
    for name in names {
        match (name.account(), account) {
            (Some(owner), Some(account)) if owner != account => {
                found.insert(name.clone(), elsewhere(owner));
            }
            _ => match name {
                SecretName::Parameter { .. } => parameters.entry(name.region()).or_default().push(name),
                SecretName::Secret { .. } => secrets.push(name),
            },
        }
    }
    let chunks = parameters.iter().flat_map(|(region, names)| {
        names.chunks(PARAMETERS_PER_CALL).map(|chunk| (*region, chunk.to_vec())).collect::<Vec<_>>()
    });
    let of_parameters = chunks.map(|(at, chunk)| {
        let mut builder = aws_sdk_ssm::config::Builder::from(config);
        if let Some(name) = at {
            builder = builder.region(region(name));
        }
        let client = aws_sdk_ssm::Client::from_conf(builder.build());
        async move { ask_parameters(&client, &chunk).await }
    });
    let of_secrets = secrets.into_iter().map(|name| {
        let mut builder = aws_sdk_secretsmanager::config::Builder::from(config);
        if let Some(name) = name.region() {
            builder = builder.region(region(name));
        }
        let client = aws_sdk_secretsmanager::Client::from_conf(builder.build());
        async move { (name.clone(), ask_secret(&client, name.written()).await) }
    });
    let of_parameters: Vec<_> = of_parameters.collect();
    let (parameters, secrets) = futures::future::join(
        futures::stream::iter(of_parameters).buffer_unordered(CALLS_AT_ONCE).collect::<Vec<_>>(),
        futures::stream::iter(of_secrets).buffer_unordered(CALLS_AT_ONCE).collect::<Vec<_>>(),
    )
    .await;
    found.extend(parameters.into_iter().flatten());
    found.extend(secrets);
    found
}

/// Names that are not there come back beside the answers, with HTTP 200. Values come back encrypted and are dropped.
pub async fn ask_parameters(client: &aws_sdk_ssm::Client, names: &[&SecretName]) -> Answers {
    let texts = names.iter().map(|name| name.written().to_owned()).collect();
    let answered = client.get_parameters().set_names(Some(texts)).with_decryption(false).send().await;
    let answers = |each: &dyn Fn(&str) -> Answer<SecretFacts>| {
        names.iter().map(|name| ((*name).clone(), each(name.written()))).collect()
    };
    match answered {
        Ok(found) => answers(&|name| {
            let missing = found.invalid_parameters().iter().any(|invalid| invalid == name);
            if missing { Answer::Missing } else { Answer::Found(SecretFacts::default()) }
        }),
        Err(error) => {
            let error = AwsError::new("ssm", "GetParameters", &error);
            answers(&|_| Answer::Unknown(unknown(&error)))
        }
    }
}

pub async fn ask_secret(client: &aws_sdk_secretsmanager::Client, id: &str) -> Answer<SecretFacts> {
    match client.describe_secret().secret_id(id).send().await {
        Ok(found) => Answer::Found(SecretFacts { deleted: found.deleted_date.is_some() }),
        Err(error) => answer(&AwsError::new("secretsmanager", "DescribeSecret", &error)),
    }
}
