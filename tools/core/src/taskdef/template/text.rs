//! Takes one text apart into literal pieces and references.

use std::collections::BTreeSet;

/// Defaults may hold references, whose defaults may hold references; nobody means more than this.
const MAX_DEPTH: usize = 8;

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

    /// What stands before the name.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Text => "",
            Self::Int => "int:",
            Self::Bool => "bool:",
            Self::Json => "json:",
            Self::Image => "image:",
            Self::Parameter => "ssm:",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub kind: Kind,
    pub name: String,
    /// What stands after `:-`; it is taken apart as every text is.
    pub default: Option<Vec<Piece>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    /// `$$`
    Dollar,
    Reference(Reference),
}

/// Why a text cannot be taken apart. What it says itself may be a secret, so that is kept apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    pub why: &'static str,
    /// The reference as it is written.
    pub source: String,
}

/// Splits a text at its `${…}` and `$$`.
pub fn split(text: &str) -> Result<Vec<Piece>, Malformed> {
    split_at_depth(text, 0)
}

fn split_at_depth(text: &str, depth: usize) -> Result<Vec<Piece>, Malformed> {
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
            let Some(end) = closing(after) else {
                let why = "has no closing brace; write \"$$\" for a dollar";
                return Err(Malformed { why, source: from.to_owned() });
            };
            flush(&mut literal, &mut pieces);
            pieces.push(Piece::Reference(reference(after.get(..end).unwrap_or_default(), depth)?));
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

/// Where the brace stands that ends a reference: the first one that ends no reference in its default.
fn closing(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("$$") {
            at += 2;
        } else if rest.starts_with("${") {
            open += 1;
            at += 2;
        } else {
            if rest.starts_with('}') {
                if open == 0 {
                    return Some(at);
                }
                open -= 1;
            }
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    None
}

fn reference(source: &str, depth: usize) -> Result<Reference, Malformed> {
    let malformed = |why| Err(Malformed { why, source: format!("${{{source}}}") });
    let (body, default) = match source.split_once(":-") {
        Some((_, _)) if depth == MAX_DEPTH => return malformed("has defaults in defaults, too many of them"),
        Some((body, default)) => (body, Some(split_at_depth(default, depth + 1)?)),
        None => (source, None),
    };
    let (kind, name) = match body.split_once(':') {
        None => (Kind::Text, body),
        Some(("int", name)) => (Kind::Int, name),
        Some(("bool", name)) => (Kind::Bool, name),
        Some(("json", name)) => (Kind::Json, name),
        Some(("image", name)) => (Kind::Image, name),
        Some(("ssm", name)) => (Kind::Parameter, name),
        Some(_) => return malformed("has an unknown form; known are int, bool, json, image and ssm"),
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
        Ok(Reference { kind, name: name.to_owned(), default })
    } else {
        malformed("holds no valid name; write \"$${\" for a literal \"${\"")
    }
}

/// `[A-Za-z_][A-Za-z0-9_]*`
pub fn is_variable_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// What another templating language left in a literal text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leftover {
    /// `{{`
    Braces,
    /// `<NAME>`, which nobody declared.
    Placeholder(String),
}

/// A placeholder of another templating language that nobody declared, in a piece of literal text.
pub fn leftover(literal: &str, pointer: &str, declared: &BTreeSet<String>) -> Option<Leftover> {
    // Docker's log options have a template language of their own: `{{.Name}}`.
    if literal.contains("{{") && !pointer.contains("/logConfiguration/options/") {
        return Some(Leftover::Braces);
    }
    let mut rest = literal;
    while let Some((_, after)) = rest.split_once('<') {
        if let Some((name, _)) = after.split_once('>')
            && name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
            && !declared.contains(name)
        {
            return Some(Leftover::Placeholder(name.to_owned()));
        }
        rest = after;
    }
    None
}
