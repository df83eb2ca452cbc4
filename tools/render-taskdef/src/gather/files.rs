//! Everything that lies on this machine.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use greenlight_core::taskdef::appspec::Mode;
use greenlight_core::taskdef::document::{self, MAX_FILE_BYTES};
use greenlight_core::taskdef::excerpt::Sources;
use greenlight_core::taskdef::node::{Node, Value};
use greenlight_core::taskdef::online::{Gate, Obstacle, Skipped};
use greenlight_core::taskdef::pin::{Choice, Images};
use greenlight_core::taskdef::{overlay, provenance, template};

use crate::cli::InputArgs;
use crate::error::{Malformed, RenderError};
use crate::plan::Inputs;
use crate::settings::{self, Environment, Settings};

const SETTINGS: &str = "render.toml";

/// Reads everything that lies on this machine. Malformed files are reported together.
pub fn inputs(args: &InputArgs) -> Result<Inputs, RenderError> {
    let mut files =
        Files { dir: &args.dir, sources: Sources::default(), texts: Vec::new(), malformed: Vec::new() };
    let (settings, settings_at) = files.settings()?;
    let env = args.env.as_deref();
    let environment = settings.environment(env)?;
    let given = given(args, &settings)?;
    let variables = environment.values(env, &given)?;
    let mut definition = files.document(&files.one_of("taskdef", &["json", "yaml", "yml"])?)?;
    let mut overlaid = false;
    if let Some(env) = env {
        let overlay = files.one_of(&format!("taskdef.{env}"), &["json", "yaml", "yml"])?;
        if args.dir.join(&overlay).exists() {
            let patch = files.document(&overlay)?;
            definition = overlay::merge(definition, patch);
            overlaid = true;
        }
    }
    let appspec = files.document(&files.one_of("appspec", &["yaml", "yml", "json"])?)?;
    if !files.malformed.is_empty() {
        return Err(RenderError::Malformed(files.malformed));
    }
    let mut used = template::variables(&definition);
    used.extend(template::variables(&appspec));
    if let (Some(env), false, true) = (env, overlaid, settings.environments.is_empty())
        && !used.contains("ENVIRONMENT")
    {
        return Err(RenderError::Usage(format!(
            "nothing belongs to the environment {env:?}: there is neither taskdef.{env}.json nor a section in {SETTINGS}, and no template names ${{ENVIRONMENT}}"
        )));
    }
    used.extend(environment.used());
    let choice = choice(args)?;
    let (gate, require_online, unjudged) = gates(args, &environment)?;
    let deployment = settings_at.as_ref().map(|(text, file)| environment.deployment(text, *file));
    let digest =
        provenance::source_digest(files.texts.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    Ok(Inputs {
        gate,
        unjudged,
        unused_variables: unused(args, &used),
        appspec_mode: if environment.gates.direct { Mode::Direct } else { Mode::Pipeline },
        require_online,
        deployment: deployment.unwrap_or_default(),
        fargate_sizes: settings.fargate_sizes,
        sources: files.sources,
        definition,
        appspec,
        variables,
        choice,
        source_digest: (!args.no_provenance).then_some(digest),
        allowed_keys: args.allow_key.clone(),
        waivers: args.waive.clone(),
    })
}

/// Which images; what is said twice or for another mode would silently not count.
fn choice(args: &InputArgs) -> Result<Choice, RenderError> {
    let usage = |message: String| Err(RenderError::Usage(message));
    let mode: Images = args.images.into();
    if mode != Images::Placeholder && !args.placeholder.is_empty() {
        return usage("--placeholder needs --images placeholder".to_owned());
    }
    for (flag, pairs) in [("--image", &args.image), ("--placeholder", &args.placeholder)] {
        let mut seen = BTreeSet::new();
        if let Some((name, _)) = pairs.iter().find(|(name, _)| !seen.insert(name)) {
            return usage(format!("{flag} names {name:?} twice"));
        }
    }
    Ok(Choice {
        mode,
        offline: args.offline,
        given: args.image.iter().cloned().collect(),
        placeholders: args.placeholder.iter().cloned().collect(),
    })
}

/// The gates that hold, and those that render.toml sets and that nobody can judge offline.
fn gates(args: &InputArgs, environment: &Environment) -> Result<(Gate, bool, Vec<Skipped>), RenderError> {
    let gate = environment.gate(args.fail_on_findings.as_ref())?;
    let require_online = args.require_online || environment.gates.require_online;
    if !args.offline {
        return Ok((gate, require_online, Vec::new()));
    }
    let set = [("gate fail_on_findings", !gate.is_open()), ("gate require_online", require_online)];
    let unjudged = set.into_iter().filter(|(_, set)| *set).map(|(what, _)| Skipped {
        what: what.to_owned(),
        obstacle: Obstacle::NotAsked,
        detail: "render.toml sets it, and --offline asks AWS nothing".to_owned(),
        gated: false,
    });
    Ok((Gate::default(), false, unjudged.collect()))
}

/// Variables of the command line that nothing uses, such as a misspelt one beside a default.
fn unused(args: &InputArgs, used: &BTreeSet<String>) -> Vec<String> {
    let names = args.var.iter().filter_map(|text| Some(text.split_once('=')?.0));
    let provenance = provenance::COMMIT_VARIABLES.iter().chain(&provenance::EXECUTION_VARIABLES);
    let known: Vec<&str> = provenance.copied().collect();
    names.filter(|name| !used.contains(*name) && !known.contains(name)).map(str::to_owned).collect()
}

struct Files<'a> {
    dir: &'a Path,
    sources: Sources,
    /// Names and texts, for the digest.
    texts: Vec<(String, String)>,
    malformed: Vec<Malformed>,
}

impl Files<'_> {
    /// The name of the file that is there; the first when none is.
    fn one_of(&self, stem: &str, extensions: &[&str]) -> Result<String, RenderError> {
        let names: Vec<String> = extensions.iter().map(|extension| format!("{stem}.{extension}")).collect();
        let there: Vec<&String> = names.iter().filter(|name| self.dir.join(name).exists()).collect();
        match there.as_slice() {
            [one] => Ok((*one).clone()),
            [first, second, ..] => Err(RenderError::Ambiguous(self.dir.join(first), self.dir.join(second))),
            [] => Ok(names.into_iter().next().unwrap_or_default()),
        }
    }

    /// One document without its wrapper. A malformed one is remembered, so that the next is read too.
    fn document(&mut self, name: &str) -> Result<Node, RenderError> {
        let text = read(&self.dir.join(name))?;
        let file = self.sources.add(name, &text);
        let node = match document::parse(name, &text, file) {
            Ok((node, _)) => node,
            Err(error) => {
                self.malformed.push(Malformed {
                    file: self.dir.join(name).display().to_string(),
                    line: error.at.line,
                    column: error.at.column,
                    message: error.message,
                });
                Node::new(error.at, Value::Null)
            }
        };
        self.sources.mask(&node);
        self.texts.push((name.to_owned(), text));
        Ok(overlay::unwrap(node))
    }

    /// render.toml, if there is one, with its text and its index among the sources.
    fn settings(&mut self) -> Result<(Settings, Option<(String, usize)>), RenderError> {
        let path = self.dir.join(SETTINGS);
        if !path.exists() {
            return Ok((Settings::default(), None));
        }
        let text = read(&path)?;
        let settings = settings::parse(&text, &path)?;
        // Findings about render.toml name their line; its text may hold values and is not quoted.
        let file = self.sources.add(SETTINGS, "");
        self.texts.push((SETTINGS.to_owned(), text.clone()));
        Ok((settings, Some((text, file))))
    }
}

fn read(path: &Path) -> Result<String, RenderError> {
    let failed = |source| RenderError::Read { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    // Reading is bounded as well: a file may grow, and a device has no size.
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(RenderError::TooLarge(path.display().to_string(), MAX_FILE_BYTES));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(error.as_bytes().get(..valid).unwrap_or_default()).into_owned();
        RenderError::Malformed(vec![Malformed {
            file: path.display().to_string(),
            line: before.matches('\n').count() + 1,
            column: before.rsplit('\n').next().unwrap_or_default().chars().count() + 1,
            message: "not UTF-8".to_owned(),
        }])
    })
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
    for (text, number) in args.var.iter().zip(1..) {
        match text.split_once('=') {
            Some((name, value)) if !name.is_empty() => {
                values.insert(name.to_owned(), value.to_owned());
            }
            _ => return Err(RenderError::Usage(format!("--var number {number} is not NAME=VALUE"))),
        }
    }
    Ok(values)
}

fn var_file(path: &PathBuf) -> Result<BTreeMap<String, String>, RenderError> {
    let text = read(path).map_err(|error| match error {
        RenderError::Read { path, source } => RenderError::ReadValues { path, source },
        other => other,
    })?;
    let text = text.trim_start_matches('\u{feff}');
    let wrong = |message: String| RenderError::VarFile { path: path.to_owned(), message };
    if path.extension().is_some_and(|extension| extension == "json") {
        return serde_json::from_str(text).map_err(|error| {
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
