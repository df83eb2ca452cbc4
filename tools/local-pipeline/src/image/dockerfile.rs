//! The last stage of a Dockerfile, as far as it can be carried out without Docker.

use std::collections::BTreeMap;
use std::path::Path;

use indexmap::IndexMap;

use super::ImageError;

/// What the last stage makes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    pub copies: Vec<Copy>,
    pub environment: IndexMap<String, String>,
    pub working_dir: String,
    pub user: String,
    /// `8000/tcp`
    pub ports: Vec<String>,
    pub entrypoint: Vec<String>,
    pub command: Vec<String>,
    pub labels: BTreeMap<String, String>,
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    pub source: Source,
    /// Absolute; ends with `/` where it was written so.
    pub destination: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Paths in the build context.
    Context(Vec<String>),
    /// The folder that another stage fills with `pip install --target`.
    Dependencies,
}

struct Instruction {
    line: usize,
    name: String,
    rest: String,
}

struct Stage {
    name: String,
    /// Folder of `pip install … --target FOLDER`.
    pip_target: Option<String>,
    instructions: Vec<Instruction>,
}

pub fn read(path: &Path) -> Result<Plan, ImageError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| ImageError::Read { path: path.to_owned(), source })?;
    parse(&text).map_err(|(line, message)| ImageError::Dockerfile {
        dockerfile: path.to_owned(),
        line,
        message,
    })
}

type ParseError = (usize, String);

fn parse(text: &str) -> Result<Plan, ParseError> {
    let mut stages: Vec<Stage> = Vec::new();
    for instruction in instructions(text) {
        if instruction.name == "FROM" {
            let name = instruction.rest.split_whitespace().nth(2).unwrap_or_default().to_owned();
            stages.push(Stage { name, pip_target: None, instructions: Vec::new() });
        } else if let Some(stage) = stages.last_mut() {
            if instruction.name == "RUN" && instruction.rest.contains("pip") {
                stage.pip_target = pip_target(&instruction.rest).or(stage.pip_target.take());
            }
            stage.instructions.push(instruction);
        } else if instruction.name != "ARG" {
            return Err((instruction.line, format!("{} before the first FROM", instruction.name)));
        }
    }
    let last = stages.pop().ok_or((1, "there is no FROM".to_owned()))?;
    let mut plan = Plan { working_dir: "/".to_owned(), ..Plan::default() };
    for instruction in &last.instructions {
        apply(&mut plan, &stages, instruction).map_err(|message| (instruction.line, message))?;
    }
    Ok(plan)
}

/// Instructions with their continuation lines joined, comments dropped, and the number of their first line.
fn instructions(text: &str) -> Vec<Instruction> {
    let mut found = Vec::new();
    let mut pending: Option<(usize, String)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (start, mut joined) = pending.take().unwrap_or((number, String::new()));
        if let Some(head) = line.strip_suffix('\\') {
            joined.push_str(head);
            joined.push(' ');
            pending = Some((start, joined));
            continue;
        }
        joined.push_str(line);
        found.push(instruction(start, &joined));
    }
    found.extend(pending.map(|(start, joined)| instruction(start, &joined)));
    found
}

fn instruction(line: usize, text: &str) -> Instruction {
    let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    Instruction { line, name: name.to_uppercase(), rest: rest.trim().to_owned() }
}

fn pip_target(run: &str) -> Option<String> {
    let mut words = run.split_whitespace();
    while let Some(word) = words.next() {
        if let Some(target) = word.strip_prefix("--target=") {
            return Some(target.to_owned());
        }
        if word == "--target" || word == "-t" {
            return words.next().map(str::to_owned);
        }
    }
    None
}

fn apply(plan: &mut Plan, stages: &[Stage], instruction: &Instruction) -> Result<(), String> {
    let rest = instruction.rest.as_str();
    match instruction.name.as_str() {
        "ENV" => {
            for (name, value) in pairs(rest)? {
                let value = expand(&value, &plan.environment);
                plan.environment.insert(name, value);
            }
        }
        "LABEL" => plan.labels.extend(pairs(rest)?),
        "WORKDIR" => plan.working_dir = absolute(&plan.working_dir, &expand(rest, &plan.environment)),
        "USER" => rest.clone_into(&mut plan.user),
        "EXPOSE" => plan.ports.extend(
            rest.split_whitespace()
                .map(|port| if port.contains('/') { port.to_owned() } else { format!("{port}/tcp") }),
        ),
        "CMD" => plan.command = command(rest),
        "ENTRYPOINT" => plan.entrypoint = command(rest),
        "COPY" => copy(plan, stages, rest)?,
        "HEALTHCHECK" | "STOPSIGNAL" => plan
            .notes
            .push(format!("line {}: {} is not part of an OCI image", instruction.line, instruction.name)),
        "RUN" if only_users_and_folders(rest) => {
            plan.notes.push(format!(
                "line {}: RUN that only makes users and folders is left out",
                instruction.line
            ));
        }
        "RUN" => return Err(format!("only Docker can carry out this RUN: {rest}")),
        other => return Err(format!("{other} is not supported without Docker")),
    }
    Ok(())
}

fn only_users_and_folders(run: &str) -> bool {
    const HARMLESS: [&str; 8] =
        ["useradd", "adduser", "groupadd", "addgroup", "mkdir", "chown", "chmod", "install"];
    let plain = !run.starts_with(['[', '<', '-']) && !run.contains(['|', '$', '`', '>', '<']);
    plain
        && run.split("&&").flat_map(|part| part.split(';')).all(|part| {
            let program = part.split_whitespace().next().unwrap_or_default();
            let program = program.rsplit('/').next().unwrap_or_default();
            HARMLESS.contains(&program)
                && (program != "install" || part.split_whitespace().any(|word| word == "-d"))
        })
}

fn copy(plan: &mut Plan, stages: &[Stage], rest: &str) -> Result<(), String> {
    let mut from = None;
    let mut paths = Vec::new();
    let words = if rest.starts_with('[') { command(rest) } else { words(rest)? };
    for word in words {
        if let Some(stage) = word.strip_prefix("--from=") {
            from = Some(stage.to_owned());
        } else if word.starts_with("--chown=") || word == "--link" {
            plan.notes.push(format!("COPY {word} has no meaning here"));
        } else if word.starts_with("--") {
            return Err(format!("COPY {word} is not supported without Docker"));
        } else {
            paths.push(expand(&word, &plan.environment));
        }
    }
    let destination =
        paths.pop().filter(|_| !paths.is_empty()).ok_or("COPY needs a source and a destination")?;
    if paths.len() > 1 && !destination.ends_with('/') {
        return Err("COPY of several sources needs a destination that ends with /".to_owned());
    }
    let destination = absolute(&plan.working_dir, &destination);
    let source = match from {
        None => Source::Context(paths),
        Some(name) => {
            let stage = stages
                .iter()
                .enumerate()
                .find(|(index, stage)| stage.name.eq_ignore_ascii_case(&name) || index.to_string() == name);
            let target = stage.and_then(|(_, stage)| stage.pip_target.as_deref());
            let path = paths.first().map(|path| path.trim_end_matches('/'));
            if paths.len() != 1
                || target.is_none()
                || target.map(|target| target.trim_end_matches('/')) != path
            {
                return Err(format!(
                    "without Docker, COPY --from={name} can only take the folder that `pip install --target` fills there"
                ));
            }
            Source::Dependencies
        }
    };
    plan.copies.push(Copy { source, destination });
    Ok(())
}

fn absolute(working_dir: &str, path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(if path == "." { "" } else { path });
    if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{}/{path}", working_dir.trim_end_matches('/'))
    }
}

/// The exec form, else the shell form.
fn command(text: &str) -> Vec<String> {
    serde_json::from_str(text)
        .unwrap_or_else(|_| vec!["/bin/sh".to_owned(), "-c".to_owned(), text.to_owned()])
}

/// `A=1 B="2 3"`, or the old form `A 1`.
fn pairs(text: &str) -> Result<Vec<(String, String)>, String> {
    let words = words(text)?;
    if words.first().is_some_and(|first| !first.contains('=')) {
        let (name, value) = text.split_once(char::is_whitespace).ok_or("a name without a value")?;
        return Ok(vec![(name.to_owned(), value.trim().to_owned())]);
    }
    words
        .iter()
        .map(|word| {
            word.split_once('=')
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .ok_or(format!("{word} is not NAME=VALUE"))
        })
        .collect()
}

/// Words with quotes and backslashes taken off.
fn words(text: &str) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, quote) {
            ('\\', None | Some('"')) => word.get_or_insert_default().extend(characters.next()),
            (end, Some(open)) if end == open => quote = None,
            ('"' | '\'', None) => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (space, None) if space.is_whitespace() => found.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    if quote.is_some() {
        return Err("a quote is not closed".to_owned());
    }
    found.extend(word);
    Ok(found)
}

/// `$NAME` and `${NAME}`; what is not set is empty, as in Docker.
fn expand(text: &str, environment: &IndexMap<String, String>) -> String {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((head, tail)) = rest.split_once('$') {
        expanded.push_str(head);
        let (name, after) = match tail.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            Some((name, after)) => (name, after),
            None => tail.split_at(
                tail.find(|character: char| !character.is_ascii_alphanumeric() && character != '_')
                    .unwrap_or(tail.len()),
            ),
        };
        expanded.push_str(environment.get(name).map_or("", String::as_str));
        rest = after;
    }
    expanded.push_str(rest);
    expanded
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCKERFILE: &str = r#"# comment
FROM python:3.13-slim AS deps
COPY requirements.txt .
RUN pip install --require-hashes \
    --target /opt/deps -r requirements.txt

FROM python:3.13-slim
RUN useradd --system web && mkdir -p /app
COPY --from=deps /opt/deps /opt/deps
WORKDIR /app
COPY . .
ENV PYTHONPATH=/opt/deps:/app GREETING="hello world"
ENV BOTH=${PYTHONPATH}:$GREETING
LABEL org.opencontainers.image.title=journal
USER 10001
EXPOSE 8000
HEALTHCHECK CMD ["true"]
CMD ["python", "-m", "gunicorn"]
"#;

    #[test]
    fn the_last_stage_is_read() {
        let plan = parse(DOCKERFILE).unwrap();
        assert_eq!(
            plan.copies,
            [
                Copy { source: Source::Dependencies, destination: "/opt/deps".into() },
                Copy { source: Source::Context(vec![".".into()]), destination: "/app/".into() },
            ]
        );
        assert_eq!(plan.environment["BOTH"], "/opt/deps:/app:hello world");
        assert_eq!((plan.working_dir.as_str(), plan.user.as_str()), ("/app", "10001"));
        assert_eq!(plan.ports, ["8000/tcp"]);
        assert_eq!(plan.command, ["python", "-m", "gunicorn"]);
        assert_eq!(plan.labels["org.opencontainers.image.title"], "journal");
        assert_eq!(plan.notes.len(), 2);
    }

    #[test]
    fn what_needs_docker_names_its_line() {
        for (text, line, part) in [
            ("FROM a\nRUN apt-get install -y x", 2, "only Docker"),
            ("FROM a\n\nRUN useradd x && curl http://y | sh", 3, "only Docker"),
            ("FROM a\nVOLUME /x", 2, "VOLUME"),
            ("FROM a AS b\nFROM c\nCOPY --from=b /x /x", 3, "pip install"),
            ("ENV A=1", 1, "before the first FROM"),
            ("", 1, "no FROM"),
        ] {
            let (found, message) = parse(text).unwrap_err();
            assert_eq!(found, line, "{text}");
            assert!(message.contains(part), "{message}");
        }
    }
}
