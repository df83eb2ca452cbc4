//! Who judges the task definition, and how.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cli::Render;
use crate::error::BenchError;
use crate::machine;
use crate::measure::Invocation;
use crate::peers::existing;

pub const RENDER_TASKDEF: &str = "render-taskdef";

pub struct Job {
    pub name: &'static str,
    pub version: String,
    /// In the table.
    pub order: usize,
    program: PathBuf,
    arguments: Vec<String>,
}

/// The jobs, and the names of those that are not installed. Writes what they read into `folder`.
pub fn all(options: &Render, folder: &Path) -> Result<(Vec<Job>, Vec<&'static str>), BenchError> {
    let own = options.binary.canonicalize().map_err(|_| BenchError::NotBuilt(options.binary.clone()))?;
    let template = options.template.canonicalize().map_err(BenchError::io("find the template"))?;
    let rendered = folder.join("rendered");
    let render = Job::new(
        0,
        RENDER_TASKDEF,
        own,
        &["--version"],
        [
            "--dir".to_owned(),
            template.display().to_string(),
            "--env".to_owned(),
            "bench".to_owned(),
            "--offline".to_owned(),
            "--out".to_owned(),
            rendered.display().to_string(),
        ],
    );
    // The peers read what comes out of it.
    super::once(&render, folder)?;
    let stack = folder.join("stack.json");
    write_stack(&rendered.join("taskdef.json"), &stack)?;
    let aws_reads = format!("file://{}", rendered.join("taskdef.json").display());
    let aws = [
        "ecs",
        "register-task-definition",
        "--cli-input-json",
        &aws_reads,
        "--generate-cli-skeleton",
        "output",
    ];
    let (mut jobs, mut missing) = (vec![render], Vec::new());
    let peers = options.peers.canonicalize().unwrap_or_else(|_| options.peers.clone());
    for (order, name, program, arguments) in [
        (1, "aws ecs … --generate-cli-skeleton output", "aws", aws.map(str::to_owned).to_vec()),
        (
            2,
            "cfn-lint",
            "cfn-lint",
            vec![
                "--regions".to_owned(),
                "eu-central-1".to_owned(),
                "--".to_owned(),
                stack.display().to_string(),
            ],
        ),
    ] {
        match existing(peers.join("bin").join(program)) {
            Some(program) => jobs.push(Job::new(order, name, program, &["--version"], arguments)),
            None => missing.push(name),
        }
    }
    Ok((jobs, missing))
}

impl Job {
    fn new(
        order: usize,
        name: &'static str,
        program: PathBuf,
        version: &[&str],
        arguments: impl IntoIterator<Item = String>,
    ) -> Self {
        let version = machine::output(&program.display().to_string(), version);
        Self { name, version, order, program, arguments: arguments.into_iter().collect() }
    }

    pub fn invocation(&self, folder: &Path) -> Invocation {
        // Nobody is asked: the peers only insist on a region.
        let environment = [
            ("AWS_REGION", "eu-central-1"),
            ("AWS_DEFAULT_REGION", "eu-central-1"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ];
        Invocation {
            program: self.program.clone(),
            arguments: self.arguments.clone(),
            environment: environment.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            folder: folder.to_owned(),
        }
    }

    /// The program with its arguments, without folders.
    pub fn for_people(&self) -> String {
        let name =
            |text: &str| text.rsplit_once('/').map_or_else(|| text.to_owned(), |(_, name)| name.to_owned());
        let arguments: Vec<String> = self.arguments.iter().map(|argument| name(argument)).collect();
        format!("{} {}", name(&self.program.to_string_lossy()), arguments.join(" "))
    }
}

/// The task definition as a CloudFormation template, which is what cfn-lint reads.
fn write_stack(taskdef: &Path, stack: &Path) -> Result<(), BenchError> {
    let bytes = std::fs::read(taskdef).map_err(BenchError::io("read the rendered task definition"))?;
    let taskdef: Value = serde_json::from_slice(&bytes).map_err(|error| BenchError::Io {
        what: "read the rendered task definition".to_owned(),
        source: error.into(),
    })?;
    let template = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {"Definition": {"Type": "AWS::ECS::TaskDefinition", "Properties": capitalised(taskdef)}},
    });
    std::fs::write(stack, template.to_string()).map_err(BenchError::io("write the CloudFormation template"))
}

/// CloudFormation's names of fields begin with a capital letter; names that people chose stay.
fn capitalised(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| {
                let chosen = matches!(name.as_str(), "options" | "dockerLabels");
                let mut letters = name.chars();
                let first = letters.next().map(|letter| letter.to_ascii_uppercase());
                let name: String = first.into_iter().chain(letters).collect();
                (name, if chosen { value } else { capitalised(value) })
            })
            .collect(),
        Value::Array(items) => items.into_iter().map(capitalised).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::capitalised;

    #[test]
    fn names_of_fields_but_not_of_options() {
        let from = json!({"logConfiguration": {"options": {"awslogs-group": "a"}}, "ports": [{"port": 1}]});
        let to = json!({"LogConfiguration": {"Options": {"awslogs-group": "a"}}, "Ports": [{"Port": 1}]});
        assert_eq!(capitalised(from), to);
    }
}
