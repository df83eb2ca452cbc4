//! Identifiers that cannot hold a wrong value, shared by at least two tools.

use std::fmt;
use std::str::FromStr;

/// Why a text is not the identifier that it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a valid {what}: {why}")]
pub struct IdentError {
    pub what: &'static str,
    pub text: String,
    pub why: &'static str,
}

macro_rules! ident {
    ($(#[$doc:meta])* $name:ident, $what:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdentError;

            fn from_str(text: &str) -> Result<Self, IdentError> {
                let check: fn(&str) -> Result<(), &'static str> = $check;
                match check(text) {
                    Ok(()) => Ok(Self(text.to_owned())),
                    Err(why) => Err(IdentError { what: $what, text: text.to_owned(), why }),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

ident!(
    /// An S3 general purpose bucket: 3 to 63 characters of `a-z0-9.-`
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>, 2026-11).
    BucketName,
    "bucket name",
    |text| {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
        let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        if !(3..=63).contains(&text.len()) {
            Err("it must have 3 to 63 characters")
        } else if !text.chars().all(inner) {
            Err("only a-z, 0-9, '-' and '.' are allowed")
        } else if !edge(text.chars().next()) || !edge(text.chars().next_back()) {
            Err("it must begin and end with a letter or digit")
        } else if text.contains("..") {
            Err("two dots must not be adjacent")
        } else if text.split('.').count() == 4 && text.split('.').all(|part| part.parse::<u8>().is_ok()) {
            Err("it must not look like an IP address")
        } else {
            Ok(())
        }
    }
);

ident!(
    /// A pipeline of `CodePipeline`: 1 to 100 characters of `A-Za-z0-9.@-_`
    /// (<https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PipelineDeclaration.html>, 2026-11).
    PipelineName,
    "pipeline name",
    |text| {
        if !(1..=100).contains(&text.len()) {
            Err("it must have 1 to 100 characters")
        } else if !text.chars().all(|c| c.is_ascii_alphanumeric() || ".@-_".contains(c)) {
            Err("only A-Z, a-z, 0-9 and .@-_ are allowed")
        } else {
            Ok(())
        }
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_names() {
        for good in ["abc", "my-site.example.com", "a1b"] {
            assert!(good.parse::<BucketName>().is_ok(), "{good}");
        }
        for bad in ["ab", "Abc", "a..b", "-abc", "abc-", "1.2.3.4", "a_b", &"a".repeat(64)] {
            assert!(bad.parse::<BucketName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn pipeline_names() {
        assert!("greenlight-prod".parse::<PipelineName>().is_ok());
        assert!("".parse::<PipelineName>().is_err());
        assert!("a b".parse::<PipelineName>().is_err());
    }
}
