//! Findings and results on stdout, the one-line summary on stderr. Never a value of an environment variable.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};

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

/// Prints the whole result of one run. A closed pipe is not an error.
pub fn report(args: &InputArgs, quiet: bool, inputs: &Inputs, plan: &Plan, written: &[String]) {
    let text = match args.format {
        OutputFormat::Text => text(inputs, plan, written),
        OutputFormat::Json => format!("{:#}\n", data(args, inputs, plan, written)),
        OutputFormat::Github => github(args, inputs, plan),
    };
    let _ = anstream::stdout().write_all(text.as_bytes());
    if !quiet {
        let _ = anstream::stderr().write_all(summary(inputs, plan).as_bytes());
    }
}

/// Warnings and what was not checked, on stderr, for commands whose stdout is their answer.
pub fn notes(quiet: bool, inputs: &Inputs, plan: &Plan) {
    if quiet {
        return;
    }
    let findings = plan.findings.as_slice().iter();
    let mut text: String =
        findings.map(|finding| excerpt::text(finding, &inputs.sources, Paint::Plain)).collect();
    text.push_str(&skipped(plan));
    let _ = anstream::stderr().write_all(text.as_bytes());
}

fn skipped(plan: &Plan) -> String {
    let line = |one: &Skipped| {
        let (what, detail) = (printable(&one.what), printable(&one.detail));
        format!("not checked ({}): {what}: {detail}\n", one.obstacle.word())
    };
    plan.skipped.iter().map(line).collect()
}

fn text(inputs: &Inputs, plan: &Plan, written: &[String]) -> String {
    let paint = if std::io::stdout().is_terminal() { Paint::Colour } else { Paint::Plain };
    let mut out: String = plan
        .findings
        .as_slice()
        .iter()
        .map(|finding| excerpt::text(finding, &inputs.sources, paint))
        .collect();
    for finding in &plan.waived {
        let (pointer, message) = (printable(&finding.pointer), printable(&finding.message));
        let _ = writeln!(out, "waived[{}] {pointer}: {message}", finding.rule);
    }
    for waiver in &plan.unused_waivers {
        let _ = writeln!(out, "unused waiver {}:{}", waiver.rule, printable(&waiver.pointer));
    }
    out.push_str(&skipped(plan));
    if plan.files().is_some() {
        for (container, image) in &plan.images {
            let _ = writeln!(out, "image {} = {}", printable(container), printable(image));
        }
    }
    for path in written {
        let _ = writeln!(out, "wrote {}", printable(path));
    }
    out
}

fn data(args: &InputArgs, inputs: &Inputs, plan: &Plan, written: &[String]) -> serde_json::Value {
    let findings: Vec<_> =
        plan.findings.as_slice().iter().map(|finding| excerpt::json(finding, &inputs.sources)).collect();
    let waived: Vec<_> = plan.waived.iter().map(|finding| excerpt::json(finding, &inputs.sources)).collect();
    let unused: Vec<_> =
        plan.unused_waivers.iter().map(|waiver| format!("{}:{}", waiver.rule, waiver.pointer)).collect();
    json!({
        "environment": args.env,
        "findings": findings,
        "waived": waived,
        "unused_waivers": unused,
        "images": plan.images,
        "written": written,
        "not_checked": plan.skipped.iter().map(|one| {
            json!({"what": one.what, "why": one.obstacle.word(), "detail": one.detail})
        }).collect::<Vec<_>>(),
        "asked_aws": !inputs.choice.offline,
        "service_model": {"botocore": plan.model.botocore, "date": plan.model.date},
    })
}

fn github(args: &InputArgs, inputs: &Inputs, plan: &Plan) -> String {
    let folder = args.dir.display().to_string();
    plan.findings
        .as_slice()
        .iter()
        .map(|finding| excerpt::github(finding, &inputs.sources, &folder))
        .collect()
}

fn summary(inputs: &Inputs, plan: &Plan) -> String {
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
    match plan.files() {
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
    let _ = anstream::stdout().write_all(text.as_bytes());
    Ok(Exit::Done)
}
