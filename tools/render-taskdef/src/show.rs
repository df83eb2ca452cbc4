//! Findings and results on stdout, the one-line summary on stderr. Never a value of an environment variable.

use std::fmt::Write as _;
use std::io::{ErrorKind, IsTerminal as _, Write as _};

use greenlight_core::report::printable;
use greenlight_core::taskdef::excerpt::{self, Paint};
use greenlight_core::taskdef::finding::Severity;
use greenlight_core::taskdef::online::Skipped;
use greenlight_core::taskdef::rules;
use greenlight_kit::{Exit, Failure};
use serde_json::json;

use crate::cli::{InputArgs, OutputFormat};
use crate::error::RenderError;
use crate::plan::{Inputs, Plan};

/// Prints the whole result of one run: what was written, and why it ended early.
pub fn report(
    args: &InputArgs,
    quiet: bool,
    inputs: &Inputs,
    plan: &Plan,
    (written, failed): (&[String], Option<&Failure>),
) -> Result<(), RenderError> {
    let text = match args.format {
        OutputFormat::Text => text(inputs, plan, (written, failed)),
        OutputFormat::Json => format!("{:#}\n", data(args, inputs, plan, (written, failed))),
        OutputFormat::Github => github(args, inputs, plan),
    };
    answer(&text, None)?;
    if !quiet {
        let _ = anstream::stderr().write_all(summary(inputs, plan, failed.is_some()).as_bytes());
    }
    Ok(())
}

/// Writes to stdout. A reader that went away is not an error; a full disk is. `lost` is what nobody would learn otherwise.
pub fn answer(text: &str, lost: Option<&str>) -> Result<(), RenderError> {
    let mut stdout = anstream::stdout();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(source) if source.kind() != ErrorKind::BrokenPipe => {
            Err(RenderError::Stdout { lost: lost.map(str::to_owned), source })
        }
        _ => Ok(()),
    }
}

/// The document of a run that ended before there were findings.
pub fn failure(failure: &Failure) -> Result<(), RenderError> {
    answer(&format!("{:#}\n", json!({ "error": of(failure) })), None)
}

fn of(failure: &Failure) -> serde_json::Value {
    json!({"message": failure.error.to_string(), "exit": failure.exit.code(), "hint": failure.hint})
}

/// Findings and what was not checked, on stderr, for commands whose stdout is their answer.
pub fn notes(quiet: bool, inputs: &Inputs, plan: &Plan) {
    if quiet {
        return;
    }
    let findings = plan.findings.as_slice().iter();
    let mut text: String =
        findings.map(|finding| excerpt::text(finding, &inputs.sources, Paint::Plain)).collect();
    text.push_str(&besides(inputs, plan).concat());
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// What is said besides findings, line by line.
fn besides(inputs: &Inputs, plan: &Plan) -> Vec<String> {
    let waived = plan.waived.iter().map(|finding| {
        let (pointer, message) = (printable(&finding.pointer), printable(&finding.message));
        format!("waived[{}] {pointer}: {message}\n", finding.rule)
    });
    let unused = plan
        .unused_waivers
        .iter()
        .map(|waiver| format!("unused waiver {}:{}\n", waiver.rule, printable(&waiver.pointer)));
    let variables = inputs.unused_variables.iter().map(|name| format!("unused --var {}\n", printable(name)));
    let skipped = plan.skipped.iter().map(|one: &Skipped| {
        let (what, detail) = (printable(&one.what), printable(&one.detail));
        format!("not checked ({}): {what}: {detail}\n", one.obstacle.word())
    });
    waived.chain(unused).chain(variables).chain(skipped).collect()
}

fn text(inputs: &Inputs, plan: &Plan, (written, failed): (&[String], Option<&Failure>)) -> String {
    let paint = if std::io::stdout().is_terminal() { Paint::Colour } else { Paint::Plain };
    let mut out: String = plan
        .findings
        .as_slice()
        .iter()
        .map(|finding| excerpt::text(finding, &inputs.sources, paint))
        .collect();
    out.push_str(&besides(inputs, plan).concat());
    if plan.files().is_some() && failed.is_none() {
        for (container, image) in &plan.images {
            let _ = writeln!(out, "image {} = {}", printable(container), printable(image));
        }
    }
    for path in written {
        let _ = writeln!(out, "wrote {}", printable(path));
    }
    out
}

fn data(
    args: &InputArgs,
    inputs: &Inputs,
    plan: &Plan,
    (written, failed): (&[String], Option<&Failure>),
) -> serde_json::Value {
    let findings: Vec<_> =
        plan.findings.as_slice().iter().map(|finding| excerpt::json(finding, &inputs.sources)).collect();
    let waived: Vec<_> = plan.waived.iter().map(|finding| excerpt::json(finding, &inputs.sources)).collect();
    let unused: Vec<_> =
        plan.unused_waivers.iter().map(|waiver| format!("{}:{}", waiver.rule, waiver.pointer)).collect();
    json!({
        "environment": args.env,
        "error": failed.map(of),
        "findings": findings,
        "waived": waived,
        "unused_waivers": unused,
        "unused_variables": inputs.unused_variables,
        "images": plan.images,
        "written": written,
        "not_checked": plan.skipped.iter().map(|one| {
            json!({"what": one.what, "why": one.obstacle.word(), "detail": one.detail})
        }).collect::<Vec<_>>(),
        "asked_aws": !inputs.choice.offline,
        "service_model": {"botocore": plan.model.botocore, "date": plan.model.date},
    })
}

/// Workflow commands; <https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions> (2026-11).
fn github(args: &InputArgs, inputs: &Inputs, plan: &Plan) -> String {
    let folder = args.dir.display().to_string();
    let findings = plan.findings.as_slice().iter();
    let mut out: String =
        findings.map(|finding| excerpt::github(finding, &inputs.sources, &folder)).collect();
    for line in besides(inputs, plan) {
        let line = line.trim_end().replace('%', "%25");
        let _ = writeln!(out, "::notice title=render-taskdef::{line}");
    }
    out
}

fn summary(inputs: &Inputs, plan: &Plan, failed: bool) -> String {
    let count = |severity: Severity| {
        let count = plan.findings.count(severity);
        format!("{count} {}{}", severity.word(), if count == 1 { "" } else { "s" })
    };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let model = format!("service model: botocore {} of {}", plan.model.botocore, plan.model.date);
    let asked = match (inputs.choice.offline, plan.skipped.len()) {
        (true, _) => "; AWS was not asked",
        (false, 0) => "",
        (false, _) => "; not everything could be checked in AWS",
    };
    match plan.files().filter(|_| !failed) {
        Some(_) => format!("{errors}, {warnings}{asked}; {model}\n"),
        None => format!(
            "{errors}, {warnings}{asked}; nothing was written. `render-taskdef explain RULE` says more; {model}\n"
        ),
    }
}

/// Prints one rule, or all of them in one line each.
pub fn explain(id: Option<&str>) -> Result<Exit, Failure> {
    let text = match id {
        None => {
            let lines = rules::all()
                .map(|rule| format!("{:<24} {:<8} {}", rule.id, rule.severity.word(), rule.title));
            lines.collect::<Vec<_>>().join("\n") + "\n"
        }
        Some(id) => {
            let wanted = id.to_ascii_uppercase();
            let rule = rules::find(&wanted).ok_or_else(|| RenderError::NoRule(id.to_owned()))?;
            format!(
                "{} ({}): {}\n\n{}\n\n{}\n",
                rule.id,
                rule.severity.word(),
                rule.title,
                rule.meaning,
                rule.page
            )
        }
    };
    answer(&text, None)?;
    Ok(Exit::Done)
}
