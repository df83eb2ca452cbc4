use super::*;

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = std::process::Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=Alice", "-c", "user.email=alice@example.com", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn commit(folder: &Path, message: &str) -> String {
    git(folder, &["commit", "-q", "--allow-empty", "-m", message]);
    git(folder, &["rev-parse", "HEAD"])
}

#[tokio::test]
async fn git_says_what_comes_and_what_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    git(at, &["init", "-q", "-b", "main"]);
    let base = commit(at, "base");
    git(at, &["checkout", "-q", "-b", "fix"]);
    let fix = commit(at, "hot fix");
    git(at, &["checkout", "-q", "main"]);
    let first = commit(at, "first \u{1b}[31m\n\nbody\nCo-authored-by: Bob <bob@example.com>");
    let second = commit(at, "second");
    // A configuration that would start a program.
    git(at, &["config", "log.showSignature", "true"]);
    git(at, &["config", "gpg.program", "/does/not/exist"]);

    let (commits, taken_back) = git_range(at, &base, &second).await.unwrap();
    assert_eq!(commits.iter().map(|one| one.sha.as_str()).collect::<Vec<_>>(), [&second, &first]);
    assert_eq!(commits[1].author_id.as_deref(), Some("alice@example.com"));
    assert_eq!(
        commits[1].message.as_deref(),
        Some("first \u{1b}[31m\nCo-authored-by: Bob <bob@example.com>")
    );
    assert!(taken_back.is_empty());
    // Production has a fix that this release has not.
    let (commits, taken_back) = git_range(at, &fix, &second).await.unwrap();
    assert_eq!((commits.len(), taken_back.len()), (2, 1));
    assert_eq!(taken_back[0].sha, fix);

    assert!(git_range(at, &"0".repeat(40), &second).await.is_err());
    assert!(git_range(at, "--output=/tmp/x", &second).await.is_err());
    assert!(git_range(&at.join("nowhere"), &base, &second).await.is_err());
}

fn execution(id: &str, sha: &str) -> Execution {
    Execution {
        id: id.into(),
        status: "InProgress".into(),
        started: None,
        updated: None,
        sha: Some(sha.into()),
        message: None,
    }
}

#[test]
fn the_pipeline_says_what_went_through_it() {
    let recent = [execution("e4", "d"), execution("e3", "c"), execution("e2", "b"), execution("e1", "a")];
    let shas = |passed: &[Passed]| passed.iter().map(|one| one.sha.clone()).collect::<String>();
    let (commits, back) = executions_between(&recent, "e1", "e3").unwrap();
    assert_eq!((shas(&commits), back.len()), ("cb".to_owned(), 0));
    // An old execution that is released again takes back what came after it.
    let (commits, back) = executions_between(&recent, "e4", "e2").unwrap();
    assert_eq!((commits.len(), shas(&back)), (0, "dc".to_owned()));
    assert!(executions_between(&recent, "e0", "e2").is_none());
}
