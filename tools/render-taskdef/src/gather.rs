//! Reads: template files, values, and from AWS plain SSM parameters and image digests. Changes nothing.

mod aws;

use std::collections::BTreeMap;
use std::path::Path;

use greenlight_core::taskdef::excerpt::Sources;
use greenlight_core::taskdef::json::{self, SyntaxError};
use greenlight_core::taskdef::node::Node;
use greenlight_core::taskdef::{overlay, yaml};

pub use aws::{images, parameters};

use crate::cli::InputArgs;
use crate::error::RenderError;
use crate::plan::Inputs;
use crate::settings::Settings;

const TASKDEF: &str = "taskdef.json";
const APPSPEC: &str = "appspec.yaml";
const SETTINGS: &str = "render.toml";

/// Reads everything that lies on this machine.
pub fn inputs(args: &InputArgs) -> Result<Inputs, RenderError> {
    let settings = settings(&args.dir)?;
    let env = args.env.as_deref();
    let environment = settings.environment(env)?;
    let variables = environment.values(env, &given(args, &settings)?)?;
    let mut sources = Sources::default();
    let mut definition = document(&args.dir, TASKDEF, &mut sources, json::parse)?;
    sources.mask(&definition);
    definition = overlay::unwrap(definition);
    if let Some(env) = env {
        let name = format!("taskdef.{env}.json");
        if args.dir.join(&name).exists() {
            let patch = document(&args.dir, &name, &mut sources, json::parse)?;
            sources.mask(&patch);
            definition = overlay::merge(definition, overlay::unwrap(patch));
        }
    }
    let appspec = document(&args.dir, APPSPEC, &mut sources, yaml::parse)?;
    Ok(Inputs {
        sources,
        definition,
        appspec,
        environment,
        variables,
        given_images: args.image.iter().cloned().collect(),
        placeholders: args.placeholder.iter().cloned().collect(),
        mode: args.images,
        offline: args.offline,
        provenance: !args.no_provenance,
        allowed_keys: args.allow_key.clone(),
        waivers: args.waive.clone(),
    })
}

fn read(path: &Path) -> Result<String, RenderError> {
    std::fs::read_to_string(path).map_err(|source| RenderError::Read { path: path.to_owned(), source })
}

fn document(
    dir: &Path,
    name: &str,
    sources: &mut Sources,
    parse: fn(&str, usize) -> Result<Node, SyntaxError>,
) -> Result<Node, RenderError> {
    let text = read(&dir.join(name))?;
    let file = sources.add(name, &text);
    parse(&text, file).map_err(|error| RenderError::Malformed {
        file: dir.join(name).display().to_string(),
        line: error.at.line,
        column: error.at.column,
        message: error.message,
    })
}

fn settings(dir: &Path) -> Result<Settings, RenderError> {
    let path = dir.join(SETTINGS);
    if !path.exists() {
        return Ok(Settings::default());
    }
    toml::from_str(&read(&path)?).map_err(|source| RenderError::Settings { path, source: Box::new(source) })
}

/// Values from outside of the templates' folder; later sources win: allowed process environment, files, command line.
fn given(args: &InputArgs, settings: &Settings) -> Result<BTreeMap<String, String>, RenderError> {
    let mut values: BTreeMap<String, String> = BTreeMap::new();
    for name in &settings.variables.allow {
        if let Ok(value) = std::env::var(name) {
            values.insert(name.clone(), value);
        }
    }
    for path in &args.var_file {
        values.extend(var_file(path)?);
    }
    values.extend(args.var.iter().cloned());
    Ok(values)
}

fn var_file(path: &Path) -> Result<BTreeMap<String, String>, RenderError> {
    let text = read(path)?;
    let wrong = |message: String| RenderError::VarFile { path: path.to_owned(), message };
    if path.extension().is_some_and(|extension| extension == "json") {
        return serde_json::from_str(&text).map_err(|error| {
            wrong(format!("not a JSON object of texts: line {}, column {}", error.line(), error.column()))
        });
    }
    let mut values = BTreeMap::new();
    for (line, number) in text.lines().map(str::trim).zip(1..) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) =
            line.split_once('=').ok_or_else(|| wrong(format!("line {number} is not NAME=VALUE")))?;
        values.insert(name.trim().to_owned(), value.trim().to_owned());
    }
    Ok(values)
}
