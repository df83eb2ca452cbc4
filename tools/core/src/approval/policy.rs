//! Who may approve what, and when: the four-eyes rule, freeze windows, what must be known. Only IAM can enforce the first; this makes
//! it visible.

use serde::{Deserialize, Serialize};

use super::contents::{Contents, Passed, Piece};
use super::dossier::{Commit, Known};
use super::freeze::Freeze;

/// What happens when somebody approves their own commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FourEyes {
    Off,
    #[default]
    Warn,
    Deny,
}

/// The rules of one pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    pub four_eyes: FourEyes,
    pub freezes: Vec<Freeze>,
    /// What must be known.
    pub require: Vec<Piece>,
}

/// Whether the caller is somebody else than the authors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Independence {
    Different,
    Same {
        who: String,
        sha: String,
    },
    /// Nobody can say who wrote it.
    AuthorUnknown,
    /// The caller's name is that of a program's session, not of a person.
    CallerUnknown {
        caller: String,
    },
}

/// Compares the caller's ARN with the authors and co-authors of the commit and of every commit that goes with it.
pub fn independence(caller_arn: &str, commit: Option<&Commit>, contents: &Contents) -> Independence {
    let Some(commit) = commit else { return Independence::AuthorUnknown };
    let own = names(commit.author.as_deref(), commit.author_id.as_deref(), commit.message.as_deref());
    if own.is_empty() {
        return Independence::AuthorUnknown;
    }
    let Some(who) = person(caller_arn) else {
        return Independence::CallerUnknown { caller: caller_name(caller_arn).to_owned() };
    };
    let range = match &contents.commits {
        Known::Known(range) => range.commits.as_slice(),
        Known::Missing { .. } => &[],
    };
    let passed = |commit: &Passed| {
        let names = names(commit.author.as_deref(), commit.author_id.as_deref(), commit.message.as_deref());
        (commit.sha.clone(), names)
    };
    let mut all = std::iter::once((commit.sha.clone(), own)).chain(range.iter().map(passed));
    match all.find(|(_, names)| names.iter().any(|name| same_person(who, name))) {
        Some((sha, _)) => Independence::Same { who: who.to_owned(), sha },
        None => Independence::Different,
    }
}

/// The name in an ARN: the session name of an assumed role, the name of a user.
pub fn caller_name(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// Beginnings of session names that SDKs and services make up.
const MADE_UP: [&str; 9] = [
    "botocore-session-",
    "aws-sdk-",
    "aws-go-sdk-",
    "aws-cli",
    "awscli",
    "assume-role-",
    "web-identity-token",
    "default_session",
    "i-0",
];

/// The person in an ARN; nothing where the name says nothing about who it is.
pub fn person(arn: &str) -> Option<&str> {
    let (_, name) = arn.rsplit_once('/')?;
    let lower = name.to_ascii_lowercase();
    let made_up =
        MADE_UP.iter().any(|start| lower.starts_with(start)) || !name.chars().any(char::is_alphabetic);
    (!made_up && !name.is_empty()).then_some(name)
}

fn names(author: Option<&str>, author_id: Option<&str>, message: Option<&str>) -> Vec<String> {
    let mut names: Vec<String> = [author, author_id].into_iter().flatten().map(str::to_owned).collect();
    for line in message.unwrap_or_default().lines() {
        let Some((key, value)) = line.split_once(':') else { continue };
        if key.trim().eq_ignore_ascii_case("co-authored-by") {
            match value.split_once('<') {
                Some((name, mail)) => {
                    names.extend([name.trim().to_owned(), mail.trim_end_matches(['>', ' ']).to_owned()]);
                }
                None => names.push(value.trim().to_owned()),
            }
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// Equal, or equal up to the domain of an e-mail address. A false alarm costs a second person; a miss costs the rule.
fn same_person(caller: &str, author: &str) -> bool {
    let local = |name: &str| name.split('@').next().unwrap_or(name).to_lowercase();
    caller.eq_ignore_ascii_case(author) || (!local(caller).is_empty() && local(caller) == local(author))
}

/// The statement that keeps a role from answering one approval: what the four-eyes rule needs to be more than a reminder.
pub fn deny_statement(
    region: &str,
    account: &str,
    pipeline: &str,
    stage: &str,
    action: &str,
) -> serde_json::Value {
    serde_json::json!({
        "Effect": "Deny",
        "Action": "codepipeline:PutApprovalResult",
        "Resource": format!("arn:aws:codepipeline:{region}:{account}:{pipeline}/{stage}/{action}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::approval::contents::{Range, RangeSource};

    fn commit(author: Option<&str>, message: &str) -> Commit {
        Commit {
            sha: "c0ffee".into(),
            author: author.map(Into::into),
            message: Some(message.into()),
            ..Commit::default()
        }
    }

    fn contents(others: &[&str]) -> Contents {
        let passed = |author: &&str| Passed {
            sha: "0ther".into(),
            author: Some((*author).into()),
            ..Passed::default()
        };
        let commits = others.iter().map(passed).collect();
        Contents {
            commits: Known::Known(Range { source: RangeSource::Git, commits, taken_back: Vec::new() }),
            deployments: Known::Missing { why: String::new() },
            frontend: Known::Missing { why: String::new() },
        }
    }

    const SSO: &str = "arn:aws:sts::1:assumed-role/AWSReservedSSO_Release_0a/alice@example.com";

    #[test]
    fn callers_and_authors() {
        let same = Independence::Same { who: "alice@example.com".into(), sha: "c0ffee".into() };
        let of = |author, message| independence(SSO, Some(&commit(author, message)), &contents(&[]));
        assert_eq!(of(Some("Alice"), "x"), same);
        assert_eq!(of(Some("bob"), "x\n\nCo-authored-by: A <ALICE@example.com>"), same);
        assert_eq!(of(Some("bob"), "alice: fix"), Independence::Different);
        assert_eq!(of(None, "x"), Independence::AuthorUnknown);
        assert_eq!(independence(SSO, None, &contents(&[])), Independence::AuthorUnknown);
    }

    #[test]
    fn whoever_wrote_a_commit_that_goes_with_it_counts_too() {
        let head = commit(Some("bob"), "x");
        assert_eq!(
            independence(SSO, Some(&head), &contents(&["carol", "alice"])),
            Independence::Same { who: "alice@example.com".into(), sha: "0ther".into() }
        );
    }

    #[test]
    fn a_session_that_a_program_named_is_nobody() {
        for name in ["botocore-session-1700000000", "i-0123456789abcdef0", "1700000000", "AWSCLI-Session"] {
            let arn = format!("arn:aws:sts::1:assumed-role/Release/{name}");
            let found = independence(&arn, Some(&commit(Some("bob"), "x")), &contents(&[]));
            assert_eq!(found, Independence::CallerUnknown { caller: name.into() });
        }
        assert_eq!(person("arn:aws:iam::123456789012:root"), None);
        assert_eq!(person("arn:aws:iam::123456789012:user/division/bob"), Some("bob"));
    }
}
