//! JSON with `//` and `/* */` comments and trailing commas, read with the place of every value.

use indexmap::IndexMap;

use super::node::{Member, Node, Place, Value};

/// Nesting deeper than this is refused rather than risking the stack.
const MAX_DEPTH: usize = 64;

/// Why a text is not JSON, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    pub at: Place,
    pub message: String,
}

/// Reads one document. `file` is the index that its places carry.
pub fn parse(text: &str, file: usize) -> Result<Node, SyntaxError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut parser = Parser { text, offset: 0, line: 1, column: 1, file, depth: 0 };
    parser.skip_blank()?;
    let node = parser.value()?;
    parser.skip_blank()?;
    if parser.peek().is_some() {
        return Err(parser.error("something follows the end of the document"));
    }
    Ok(node)
}

struct Parser<'a> {
    text: &'a str,
    offset: usize,
    line: usize,
    column: usize,
    file: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.offset += c.len_utf8();
        if c == '\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
        Some(c)
    }

    fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.bump();
        }
    }

    const fn place(&self) -> Place {
        Place { file: self.file, line: self.line, column: self.column, width: 1 }
    }

    /// The place from `start` to here; a value that spans lines is marked by its first character.
    fn since(&self, start: Place) -> Place {
        let width = if self.line == start.line { self.column.saturating_sub(start.column).max(1) } else { 1 };
        Place { width, ..start }
    }

    fn error(&self, message: impl Into<String>) -> SyntaxError {
        SyntaxError { at: self.place(), message: message.into() }
    }

    fn unexpected(&self, wanted: &str) -> SyntaxError {
        match self.peek() {
            Some(c) => self.error(format!("expected {wanted}, found {c:?}")),
            None => self.error(format!("expected {wanted}, found the end of the file")),
        }
    }

    fn skip_blank(&mut self) -> Result<(), SyntaxError> {
        loop {
            if self.rest().starts_with("//") {
                while self.peek().is_some_and(|c| c != '\n') {
                    self.bump();
                }
            } else if self.rest().starts_with("/*") {
                let start = self.place();
                while !self.rest().starts_with("*/") {
                    if self.bump().is_none() {
                        return Err(SyntaxError { at: start, message: "this comment has no end".into() });
                    }
                }
                self.bump();
                self.bump();
            } else if self.peek().is_some_and(|c| matches!(c, ' ' | '\t' | '\n' | '\r')) {
                self.bump();
            } else {
                return Ok(());
            }
        }
    }

    fn value(&mut self) -> Result<Node, SyntaxError> {
        let start = self.place();
        let value = match self.peek() {
            Some('{') => self.nested(Self::object)?,
            Some('[') => self.nested(Self::array)?,
            Some('"') => Value::String(self.string()?),
            Some(c) if c == '-' || c.is_ascii_digit() => self.number()?,
            Some(c) if c.is_ascii_alphabetic() => self.word()?,
            _ => return Err(self.unexpected("a value")),
        };
        Ok(Node::new(self.since(start), value))
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, SyntaxError>) -> Result<Value, SyntaxError> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(format!("nested deeper than {MAX_DEPTH} levels")));
        }
        self.depth += 1;
        self.bump();
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Result<Value, SyntaxError> {
        let mut members: IndexMap<String, Member> = IndexMap::new();
        loop {
            self.skip_blank()?;
            if self.peek() == Some('}') {
                self.bump();
                return Ok(Value::Object(members));
            }
            if self.peek() != Some('"') {
                return Err(self.unexpected("a key in double quotes or '}'"));
            }
            let start = self.place();
            let key = self.string()?;
            let key_at = self.since(start);
            if let Some(first) = members.get(&key) {
                let message = format!(
                    "the key {key:?} stands twice in one object, first on line {}",
                    first.key_at.line
                );
                return Err(SyntaxError { at: key_at, message });
            }
            self.skip_blank()?;
            if self.peek() != Some(':') {
                return Err(self.unexpected("':'"));
            }
            self.bump();
            self.skip_blank()?;
            let node = self.value()?;
            members.insert(key, Member { key_at, node });
            self.separator('}')?;
        }
    }

    fn array(&mut self) -> Result<Value, SyntaxError> {
        let mut items = Vec::new();
        loop {
            self.skip_blank()?;
            if self.peek() == Some(']') {
                self.bump();
                return Ok(Value::Array(items));
            }
            items.push(self.value()?);
            self.separator(']')?;
        }
    }

    fn separator(&mut self, close: char) -> Result<(), SyntaxError> {
        self.skip_blank()?;
        match self.peek() {
            Some(',') => {
                self.bump();
                Ok(())
            }
            Some(c) if c == close => Ok(()),
            _ => Err(self.unexpected(&format!("',' or {close:?}"))),
        }
    }

    fn word(&mut self) -> Result<Value, SyntaxError> {
        let start = self.place();
        let rest = self.rest();
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or_default();
        self.skip(length);
        // The word itself is not quoted: it may be a secret whose quotes were forgotten.
        match word {
            "null" => Ok(Value::Null),
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(SyntaxError { at: self.since(start), message: "this word needs double quotes".into() }),
        }
    }

    fn number(&mut self) -> Result<Value, SyntaxError> {
        let start = self.place();
        let rest = self.rest();
        let length = rest.find(|c: char| !c.is_ascii_digit() && !"+-.eE".contains(c)).unwrap_or(rest.len());
        let digits = rest.get(..length).unwrap_or_default();
        self.skip(length);
        serde_json::from_str(digits).map(Value::Number).map_err(|error| {
            let too_large = error.to_string().starts_with("number out of range");
            let message = if too_large { "this number is too large" } else { "this is not a JSON number" };
            SyntaxError { at: self.since(start), message: message.into() }
        })
    }

    /// Finds the closing quote, then lets `serde_json` read the escapes, which knows all of them.
    fn string(&mut self) -> Result<String, SyntaxError> {
        let (start, from) = (self.place(), self.offset);
        self.bump();
        loop {
            match self.bump() {
                Some('"') => break,
                Some('\\') => {
                    self.bump();
                }
                Some('\n') | None => {
                    return Err(SyntaxError { at: start, message: "this text has no closing quote".into() });
                }
                Some(_) => {}
            }
        }
        let quoted = self.text.get(from..self.offset).unwrap_or_default();
        serde_json::from_str(quoted).map_err(|_| SyntaxError {
            at: self.since(start),
            message: "this text holds a control character or a wrong escape".into(),
        })
    }
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
