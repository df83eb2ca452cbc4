//! Who may approve what: the four-eyes rule. Only IAM can enforce it; this makes it visible.

use serde::{Deserialize, Serialize};

use super::dossier::Commit;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Policy {
    pub four_eyes: FourEyes,
}

/// Whether the caller is somebody else than the authors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Independence {
    Different,
    Same { who: String },
    Unknown,
}

/// Compares the caller's ARN with the author and the co-authors of the commit.
pub fn independence(caller_arn: &str, commit: Option<&Commit>) -> Independence {
    let authors = commit.map(authors).unwrap_or_default();
    if authors.is_empty() {
        return Independence::Unknown;
    }
    let who = caller_name(caller_arn);
    if authors.iter().any(|author| same_person(who, author)) {
        Independence::Same { who: who.to_owned() }
    } else {
        Independence::Different
    }
}

/// The person in an ARN: the session name of an assumed role, the name of a user.
pub fn caller_name(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

fn authors(commit: &Commit) -> Vec<String> {
    let mut names: Vec<String> = [&commit.author, &commit.author_id].into_iter().flatten().cloned().collect();
    for line in commit.message.as_deref().unwrap_or_default().lines() {
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

    fn commit(author: Option<&str>, message: &str) -> Commit {
        Commit { author: author.map(Into::into), message: Some(message.into()), ..Commit::default() }
    }

    #[test]
    fn callers_and_authors() {
        let sso = "arn:aws:sts::1:assumed-role/AWSReservedSSO_Release_0a/alice@example.com";
        let same = Independence::Same { who: "alice@example.com".into() };
        assert_eq!(independence(sso, Some(&commit(Some("Alice"), "x"))), same);
        assert_eq!(
            independence(sso, Some(&commit(Some("bob"), "x\n\nCo-authored-by: A <ALICE@example.com>"))),
            same
        );
        assert_eq!(independence(sso, Some(&commit(Some("bob"), "alice: fix"))), Independence::Different);
        assert_eq!(independence(sso, Some(&commit(None, "x"))), Independence::Unknown);
        assert_eq!(independence(sso, None), Independence::Unknown);
    }
}
