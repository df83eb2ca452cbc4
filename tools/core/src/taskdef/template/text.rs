//! Takes one text apart into literal pieces and references.

use std::collections::BTreeSet;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Int,
    Bool,
    Json,
    Image,
    Parameter,
}

impl Kind {
    pub const fn wanted(self) -> &'static str {
        match self {
            Self::Int => "an integer",
            Self::Bool => "true or false",
            Self::Json => "JSON",
            _ => "text",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub kind: Kind,
    pub name: String,
    pub default: Option<String>,
    /// What stands between the braces.
    pub source: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    /// `$$`
    Dollar,
    Reference(Reference),
}

/// Splits a text at its `${…}` and `$$`. `Err` says what is malformed.
pub fn split(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, from) = rest.split_at(at);
        literal.push_str(before);
        if let Some(after) = from.strip_prefix("$$") {
            flush(&mut literal, &mut pieces);
            pieces.push(Piece::Dollar);
            rest = after;
        } else if let Some(after) = from.strip_prefix("${") {
            let end = after.find('}').ok_or("\"${\" without a closing brace; write \"$$\" for a dollar")?;
            flush(&mut literal, &mut pieces);
            pieces.push(Piece::Reference(reference(after.get(..end).unwrap_or_default())?));
            rest = after.get(end + 1..).unwrap_or_default();
        } else {
            literal.push('$');
            rest = from.get(1..).unwrap_or_default();
        }
    }
    literal.push_str(rest);
    flush(&mut literal, &mut pieces);
    Ok(pieces)
}

fn flush(literal: &mut String, pieces: &mut Vec<Piece>) {
    if !literal.is_empty() {
        pieces.push(Piece::Text(std::mem::take(literal)));
    }
}

fn reference(source: &str) -> Result<Reference, String> {
    let (body, default) = match source.split_once(":-") {
        Some((body, default)) => (body, Some(default.to_owned())),
        None => (source, None),
    };
    let (kind, name) = match body.split_once(':') {
        None => (Kind::Text, body),
        Some(("int", name)) => (Kind::Int, name),
        Some(("bool", name)) => (Kind::Bool, name),
        Some(("json", name)) => (Kind::Json, name),
        Some(("image", name)) => (Kind::Image, name),
        Some(("ssm", name)) => (Kind::Parameter, name),
        Some((kind, _)) => {
            return Err(format!(
                "unknown form {kind:?} in \"${{{source}}}\"; known: int, bool, json, image, ssm"
            ));
        }
    };
    let good = match kind {
        Kind::Parameter => {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c))
        }
        Kind::Image => {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
        }
        _ => is_variable_name(name),
    };
    if good {
        Ok(Reference { kind, name: name.to_owned(), default, source: source.to_owned() })
    } else {
        Err(format!("\"${{{source}}}\" holds no valid name; write \"$${{\" for a literal \"${{\""))
    }
}

/// `[A-Za-z_][A-Za-z0-9_]*`
pub fn is_variable_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A placeholder of another templating language that nobody declared, in a piece of literal text.
pub fn leftover(literal: &str, pointer: &str, declared: &BTreeSet<String>) -> Option<String> {
    // Docker's log options have a template language of their own: `{{.Name}}`.
    if literal.contains("{{") && !pointer.contains("/logConfiguration/options/") {
        return Some("\"{{\" is left over from another template language; write ${NAME}".to_owned());
    }
    let mut rest = literal;
    while let Some((_, after)) = rest.split_once('<') {
        if let Some((name, _)) = after.split_once('>')
            && name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
            && !declared.contains(name)
        {
            return Some(format!("the placeholder <{name}> is declared nowhere; nobody would fill it in"));
        }
        rest = after;
    }
    None
}
