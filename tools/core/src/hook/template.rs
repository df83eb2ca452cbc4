//! `${version}`, `${env:NAME}`, `${capture:NAME}` and `${secret:ssm:/path}` in configuration texts.
//!
//! Values are put in after the TOML has been parsed, so a value can never change what the configuration says; in a regular
//! expression they are escaped.

use std::collections::BTreeMap;

/// What a placeholder stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Variable {
    Version,
    Env(String),
    Capture(String),
    /// The name of an SSM parameter.
    Secret(String),
}

/// Values of placeholders, by what they stand for.
pub type Values = BTreeMap<Variable, String>;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    #[error("`${{` without `}}` in {text:?}")]
    Open { text: String },
    #[error(
        "unknown placeholder ${{{name}}}: use ${{version}}, ${{env:NAME}}, ${{capture:NAME}} or ${{secret:ssm:/path}}; write $${{ for a literal ${{"
    )]
    Unknown { name: String },
    #[error("{} has no value here", describe(.0))]
    NoValue(Variable),
}

fn describe(variable: &Variable) -> String {
    match variable {
        Variable::Version => "${version}".to_owned(),
        Variable::Env(name) => format!("${{env:{name}}}"),
        Variable::Capture(name) => format!("${{capture:{name}}}"),
        Variable::Secret(path) => format!("${{secret:ssm:{path}}}"),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Part<'a> {
    Text(&'a str),
    Placeholder(Variable),
}

fn parts(text: &str) -> Result<Vec<Part<'_>>, TemplateError> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        if let Some(before) = before.strip_suffix('$') {
            parts.push(Part::Text(before));
            parts.push(Part::Text("${"));
            rest = after;
            continue;
        }
        let (name, after) =
            after.split_once('}').ok_or_else(|| TemplateError::Open { text: text.to_owned() })?;
        parts.push(Part::Text(before));
        parts.push(Part::Placeholder(variable(name)?));
        rest = after;
    }
    parts.push(Part::Text(rest));
    Ok(parts)
}

fn variable(name: &str) -> Result<Variable, TemplateError> {
    let unknown = || TemplateError::Unknown { name: name.to_owned() };
    match name.split_once(':') {
        None if name == "version" => Ok(Variable::Version),
        Some(("env", name)) if !name.is_empty() => Ok(Variable::Env(name.to_owned())),
        Some(("capture", name)) if !name.is_empty() => Ok(Variable::Capture(name.to_owned())),
        Some(("secret", path)) => match path.strip_prefix("ssm:") {
            Some(path) if path.starts_with('/') => Ok(Variable::Secret(path.to_owned())),
            _ => Err(unknown()),
        },
        _ => Err(unknown()),
    }
}

/// The placeholders of a text.
pub fn variables(text: &str) -> Result<Vec<Variable>, TemplateError> {
    let parts = parts(text)?.into_iter();
    Ok(parts
        .filter_map(|part| if let Part::Placeholder(variable) = part { Some(variable) } else { None })
        .collect())
}

/// The text with every placeholder replaced.
pub fn render(text: &str, values: &Values) -> Result<String, TemplateError> {
    render_with(text, values, str::to_owned)
}

/// A regular expression with every placeholder replaced by an expression that matches exactly the value.
pub fn render_regex(text: &str, values: &Values) -> Result<String, TemplateError> {
    render_with(text, values, regex::escape)
}

fn render_with(text: &str, values: &Values, put: impl Fn(&str) -> String) -> Result<String, TemplateError> {
    let mut out = String::with_capacity(text.len());
    for part in parts(text)? {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Placeholder(variable) => match values.get(&variable) {
                Some(value) => out.push_str(&put(value)),
                None => return Err(TemplateError::NoValue(variable)),
            },
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        [
            (Variable::Version, "1.2".to_owned()),
            (Variable::Env("STAGE".into()), "test".to_owned()),
            (Variable::Secret("/a/b".into()), "s3cr3t".to_owned()),
        ]
        .into()
    }

    #[test]
    fn renders() {
        for (text, expected) in [
            ("plain", "plain"),
            ("/v/${version}/${env:STAGE}", "/v/1.2/test"),
            ("Bearer ${secret:ssm:/a/b}", "Bearer s3cr3t"),
            ("$${version} $ {", "${version} $ {"),
        ] {
            assert_eq!(render(text, &values()).as_deref(), Ok(expected));
        }
        assert_eq!(render_regex("^v${version}$", &values()).as_deref(), Ok(r"^v1\.2$"));
        assert_eq!(
            render("${capture:id}", &values()),
            Err(TemplateError::NoValue(Variable::Capture("id".into())))
        );
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for bad in ["${versoin}", "${env:}", "${secret:/a}", "${secret:ssm:a}", "${version", "${}"] {
            assert!(variables(bad).is_err(), "{bad}");
        }
    }
}
