//! Where the configuration comes from: ECS's `hookDetails`, else `VALIDATE_CONFIG`, each as inline TOML, `ssm:/path`,
//! `s3://bucket/key` or `file:path`; else `validate.toml` beside the binary. Without one there is no verdict but Failed.

use std::collections::BTreeMap;
use std::path::Path;

use greenlight_core::hook::config::{self, Checked};
use greenlight_core::hook::template::{self, Variable};
use greenlight_core::hook::verdict::ReasonCode;

use crate::error::Stop;
use crate::gather::Aws;
use crate::record::Record;

/// The environment variable that holds the configuration or says where it is.
pub const VARIABLE: &str = "VALIDATE_CONFIG";
/// The file beside the binary.
pub const FILE_NAME: &str = "validate.toml";

/// What the hook's own details say, else the function's environment.
pub async fn gather(details: Option<&str>, aws: &Aws) -> Result<Checked, Stop> {
    let text = match (details, std::env::var(VARIABLE)) {
        (Some(details), _) => from_source(details, aws).await?,
        (None, Ok(value)) if !value.trim().is_empty() => from_source(&value, aws).await?,
        _ => beside_the_binary()?,
    };
    parse(&text)
}

/// Whether a text says where something is, and AWS must be asked for it.
pub fn is_in_aws(value: &str) -> bool {
    value.starts_with("ssm:") || value.starts_with("s3://")
}

/// What a text says itself, or what stands where it points to.
async fn from_source(value: &str, aws: &Aws) -> Result<String, Stop> {
    if let Some(name) = value.strip_prefix("ssm:") {
        return Ok(aws.gather_parameter(name).await?);
    }
    if let Some(rest) = value.strip_prefix("s3://") {
        let (bucket, key) =
            rest.split_once('/').ok_or_else(|| invalid(format!("{value} is not s3://bucket/key")))?;
        let bytes = aws.gather_object(bucket, key).await?;
        return String::from_utf8(bytes).map_err(|_| invalid(format!("{value} is not UTF-8")));
    }
    if let Some(path) = value.strip_prefix("file:") {
        return read(Path::new(path));
    }
    Ok(value.to_owned())
}

/// The certificates that `target.ca` names.
pub async fn certificates(checked: &Checked, aws: &Aws) -> Result<Option<String>, Stop> {
    match &checked.config.target.ca {
        Some(ca) => {
            let source = template::render(ca, &checked.values)?;
            Ok(Some(from_source(&source, aws).await?))
        }
        None => Ok(None),
    }
}

/// The certificates that `target.ca` names, where AWS need not be asked.
pub fn local_certificates(checked: &Checked) -> Result<Option<String>, Stop> {
    let Some(ca) = &checked.config.target.ca else { return Ok(None) };
    let source = template::render(ca, &checked.values)?;
    match source.strip_prefix("file:") {
        Some(path) => read(Path::new(path)).map(Some),
        None => Ok(Some(source)),
    }
}

/// `target.host`.
pub fn host(checked: &Checked) -> Result<Option<String>, Stop> {
    let host = checked.config.target.host.as_deref();
    Ok(host.map(|host| template::render(host, &checked.values)).transpose()?)
}

fn beside_the_binary() -> Result<String, Stop> {
    let binary =
        std::env::current_exe().map_err(|error| invalid(format!("cannot find {FILE_NAME}: {error}")))?;
    read(&binary.with_file_name(FILE_NAME))
}

pub fn read(path: &Path) -> Result<String, Stop> {
    std::fs::read_to_string(path).map_err(|error| invalid(format!("cannot read {}: {error}", path.display())))
}

/// Parses and checks, with `${env:…}` from this process's environment.
pub fn parse(text: &str) -> Result<Checked, Stop> {
    let environment: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    config::parse(text, &environment).map_err(|error| invalid(error.to_string()))
}

/// Reads the secrets that the configuration names and keeps them out of everything that is shown.
pub async fn resolve_secrets(checked: &mut Checked, aws: &Aws, record: &Record) -> Result<(), Stop> {
    for path in &checked.secrets {
        let secret = aws.gather_parameter(path).await?;
        record.add_secret(&secret);
        checked.values.insert(Variable::Secret(path.clone()), secret);
    }
    Ok(())
}

fn invalid(message: String) -> Stop {
    Stop::new(ReasonCode::ConfigInvalid, message)
}
