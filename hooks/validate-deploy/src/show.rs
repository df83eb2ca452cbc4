//! The report for people, for programs and for build systems.

use std::fmt::Write as _;

use greenlight_core::hook::verdict::{CheckRecord, PhaseRecord, Report, Verdict};
use greenlight_core::report::printable;

pub fn json(report: &Report) -> String {
    let text = serde_json::to_string_pretty(report).unwrap_or_default();
    format!("{text}\n")
}

pub fn text(report: &Report) -> String {
    let mut out = String::new();
    for phase in &report.phases {
        let _ = writeln!(out, "{}", phase_line(phase));
    }
    for check in &report.checks {
        let _ = writeln!(out, "{}", check_line(check));
        if !check.passed {
            for wrong in last_wrong(check) {
                let _ = writeln!(out, "          {}", printable(wrong));
            }
        }
    }
    let _ = writeln!(
        out,
        "{}  {}: {}",
        report.verdict.as_str(),
        report.reason.as_str(),
        printable(&report.message)
    );
    if report.verdict == Verdict::Failed {
        let _ = writeln!(out, "what to do: {}", report.reason.advice());
    }
    out
}

/// One line of the table: how a phase ended.
pub fn phase_line(phase: &PhaseRecord) -> String {
    let word = if phase.passed { "ok    " } else { "FAILED" };
    format!("{word}  {:<9} {:>6} ms  {}", phase.phase.as_str(), phase.elapsed_ms, printable(&phase.detail))
}

/// One line of the table: how a check ended.
pub fn check_line(check: &CheckRecord) -> String {
    let word = if check.passed { "ok    " } else { "FAILED" };
    let tries = if check.tries == 1 { "try" } else { "tries" };
    format!("  {word}  {} ({} {tries}, {} ms)", printable(&check.name), check.tries, check.elapsed_ms)
}

pub fn junit(report: &Report) -> String {
    let mut cases = String::new();
    let mut tests = 0;
    let mut failures = 0;
    let mut case = |name: &str, elapsed_ms: u64, failure: Option<String>| {
        tests += 1;
        let seconds = format!("{}.{:03}", elapsed_ms / 1000, elapsed_ms % 1000);
        let _ = write!(
            cases,
            "  <testcase classname=\"validate-deploy\" name=\"{}\" time=\"{seconds}\"",
            escape(name)
        );
        match failure {
            None => cases.push_str("/>\n"),
            Some(message) => {
                failures += 1;
                let _ = write!(cases, ">\n    <failure message=\"{}\"/>\n  </testcase>\n", escape(&message));
            }
        }
    };
    for phase in &report.phases {
        case(phase.phase.as_str(), phase.elapsed_ms, (!phase.passed).then(|| phase.detail.clone()));
    }
    for check in &report.checks {
        let failure = (!check.passed).then(|| last_wrong(check).join("; "));
        case(&format!("check {}", check.name), check.elapsed_ms, failure);
    }
    if report.verdict == Verdict::Failed && report.phases.iter().all(|phase| phase.passed) {
        case("verdict", report.elapsed_ms, Some(format!("{}: {}", report.reason.as_str(), report.message)));
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"validate-deploy\" tests=\"{tests}\" \
         failures=\"{failures}\">\n{cases}</testsuite>\n"
    )
}

fn last_wrong(check: &CheckRecord) -> &[String] {
    check.attempts.last().map(|attempt| attempt.wrong.as_slice()).unwrap_or_default()
}

/// For an XML attribute. `printable` has already replaced what XML 1.0 cannot hold.
fn escape(text: &str) -> String {
    let text = printable(text);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
