//! Every tool command in `buildspecs/*.yml` parses with that tool's own definition.

use clap::CommandFactory as _;
use greenlight_testkit::project_root;
use local_pipeline::engines::build::Buildspec;

/// A word as the shell hands it to the tool, with a value of the right kind for each variable.
fn expand(word: &str) -> String {
    let word = word.trim_matches('"');
    ["$SITE_URL", "$IMAGE_URI", "$CODEBUILD_SRC_DIR_frontend", "$CODEBUILD_RESOLVED_SOURCE_VERSION"]
        .iter()
        .zip(["http://127.0.0.1:8100", "repository:tag", "/tmp/dist", "0123abc"])
        .fold(word.to_owned(), |word, (variable, value)| word.replace(variable, value))
}

/// The commands of a buildspec that call `tool`, as words.
fn calls(tool: &str) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(project_root().join("buildspecs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "yml") {
            continue;
        }
        let spec = Buildspec::parse(&std::fs::read_to_string(&path).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for command in spec.commands() {
            let words: Vec<String> = command.split_whitespace().map(expand).collect();
            if words.first().map(String::as_str) == Some(tool) {
                found.push((format!("{}: {command}", path.display()), words));
            }
        }
    }
    found
}

#[test]
fn tool_commands_parse() {
    let tools = [
        ("publish-frontend", publish_frontend::cli::Cli::command(), 1),
        ("render-taskdef", render_taskdef::cli::Cli::command(), 2),
        ("validate-deploy", validate_deploy::cli::Cli::command(), 1),
    ];
    for (tool, mut definition, at_least) in tools {
        let calls = calls(tool);
        assert!(calls.len() >= at_least, "{tool} is called {} times", calls.len());
        for (place, words) in calls {
            // What CI gives by environment is required by the definition.
            let words = if tool == "publish-frontend" {
                words.into_iter().chain(["--bucket".into(), "bucket-of-ci".into()]).collect()
            } else {
                words
            };
            if let Err(error) = definition.try_get_matches_from_mut(words) {
                panic!("{place}\n{error}");
            }
        }
    }
}

#[test]
fn scripts_that_buildspecs_call_are_there_and_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let root = project_root();
    let mut seen = 0;
    for entry in std::fs::read_dir(root.join("buildspecs")).unwrap() {
        let path = entry.unwrap().path();
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        for (at, _) in text.match_indices("buildspecs/scripts/") {
            let name: String =
                text[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || "/-".contains(*c)).collect();
            let mode = std::fs::metadata(root.join(&name))
                .unwrap_or_else(|_| panic!("{name} is missing"))
                .permissions();
            assert!(mode.mode() & 0o111 != 0, "{name} is not executable");
            seen += 1;
        }
    }
    assert!(seen >= 3, "{seen}");
}
