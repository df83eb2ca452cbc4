//! What is wrong, with which rule and where.

use serde::Serialize;

use super::node::Place;
use super::rules;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
}

impl Severity {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub place: Place,
    pub rule: &'static str,
    pub severity: Severity,
    /// JSON pointer into the merged document.
    pub pointer: String,
    pub message: String,
}

/// Findings of one run. Later checks add to it; nothing stops at the first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings(Vec<Finding>);

impl Findings {
    pub fn add(
        &mut self,
        rule: &'static str,
        place: Place,
        pointer: impl Into<String>,
        message: impl Into<String>,
    ) {
        let severity = rules::find(rule).map_or(Severity::Error, |rule| rule.severity);
        self.0.push(Finding { place, rule, severity, pointer: pointer.into(), message: message.into() });
    }

    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub fn as_slice(&self) -> &[Finding] {
        &self.0
    }

    pub fn count(&self, severity: Severity) -> usize {
        self.0.iter().filter(|finding| finding.severity == severity).count()
    }

    /// Orders by place and drops repetitions.
    pub fn sort(&mut self) {
        self.0.sort_by(|a, b| {
            (a.place, a.rule, &a.pointer, &a.message).cmp(&(b.place, b.rule, &b.pointer, &b.message))
        });
        self.0.dedup();
    }

    /// Takes out the findings that a person waived; the waivers that matched nothing come back as the second part.
    pub fn waive<'w>(&mut self, waivers: &'w [Waiver]) -> (Vec<Finding>, Vec<&'w Waiver>) {
        let (waived, kept): (Vec<Finding>, Vec<Finding>) = std::mem::take(&mut self.0)
            .into_iter()
            .partition(|finding| waivers.iter().any(|waiver| waiver.covers(finding)));
        self.0 = kept;
        let unused =
            waivers.iter().filter(|waiver| !waived.iter().any(|finding| waiver.covers(finding))).collect();
        (waived, unused)
    }
}

/// `RULE:POINTER` from `--waive`; a segment `*` of the pointer stands for any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    pub rule: String,
    pub pointer: String,
}

impl Waiver {
    pub fn covers(&self, finding: &Finding) -> bool {
        self.rule == finding.rule && pointer_matches(&self.pointer, &finding.pointer)
    }
}

/// Rules after whose finding there is nothing that could be written: a value without a text, an AppSpec that cannot be read.
fn leaves_nothing(rule: &str) -> bool {
    let of_value = rule.starts_with("TD-TEMPLATE-") || rule.starts_with("TD-SSM-") || rule == "TD-UNDEFINED";
    of_value || (rule.starts_with("AS-") && rule != "AS-PLATFORM")
}

impl std::str::FromStr for Waiver {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (rule, pointer) = text.split_once(':').ok_or("expected RULE:POINTER, such as TD-TAG:/tags/0")?;
        if rules::find(rule).is_none() {
            return Err(format!("there is no rule {rule}"));
        }
        if leaves_nothing(rule) {
            return Err(format!(
                "{rule} cannot be waived: without what it asks for there is nothing to write"
            ));
        }
        Ok(Self { rule: rule.to_owned(), pointer: pointer.to_owned() })
    }
}

/// Longest quotation of a value in a message, in characters.
const MAX_QUOTED: usize = 80;

/// A value as messages quote it: escaped, and cut when it is long.
pub fn quoted(text: &str) -> String {
    match text.char_indices().nth(MAX_QUOTED) {
        Some((end, _)) => format!("{:?}…", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}

/// Compares two JSON pointers; `*` in the pattern matches one segment.
pub fn pointer_matches(pattern: &str, pointer: &str) -> bool {
    let (mut pattern, mut pointer) = (pattern.split('/'), pointer.split('/'));
    loop {
        match (pattern.next(), pointer.next()) {
            (None, None) => return true,
            (Some(p), Some(q)) if p == "*" || p == q => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waivers_take_only_what_they_name() {
        let mut findings = Findings::default();
        findings.add("TD-TAG", Place::default(), "/tags/0/key", "a");
        findings.add("TD-TAG", Place::default(), "/tags/1/key", "b");
        let waivers: Vec<Waiver> =
            ["TD-TAG:/tags/0/*", "TD-TAG:/nowhere"].iter().map(|w| w.parse().unwrap()).collect();
        let (waived, unused) = findings.waive(&waivers);
        assert_eq!((waived.len(), findings.as_slice().len(), unused), (1, 1, vec![&waivers[1]]));
        assert!("TD-NOPE:/x".parse::<Waiver>().is_err());
        for rule in ["TD-UNDEFINED", "TD-TEMPLATE-TYPE", "TD-SSM-SECURE", "AS-HOOK"] {
            assert!(format!("{rule}:/x").parse::<Waiver>().is_err(), "{rule}");
        }
        assert!("AS-PLATFORM:/x".parse::<Waiver>().is_ok() && "TD-PLACEHOLDER:/x".parse::<Waiver>().is_ok());
    }
}
