//! `doc/man` and `doc/completions` are what the programs' own definitions say. `UPDATE_DOCS=1` writes them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use clap::CommandFactory as _;
use clap_complete::Shell;
use greenlight_testkit::project_root;

fn programs() -> Vec<clap::Command> {
    vec![
        approve::cli::Cli::command(),
        local_pipeline::cli::Cli::command(),
        publish_frontend::cli::Cli::command(),
        render_taskdef::cli::Cli::command(),
        validate_deploy::cli::Cli::command(),
    ]
}

const SHELLS: [(Shell, &str); 3] = [(Shell::Bash, "bash"), (Shell::Zsh, "zsh"), (Shell::Fish, "fish")];

/// Everything, by its path in `doc`.
fn generate() -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("man")).unwrap();
    for program in programs() {
        clap_mangen::generate_to(program.clone(), folder.path().join("man")).unwrap();
        for (shell, name) in SHELLS {
            let to = folder.path().join("completions").join(name);
            std::fs::create_dir_all(&to).unwrap();
            let program_name = program.get_name().to_owned();
            clap_complete::generate_to(shell, &mut program.clone(), program_name, to).unwrap();
        }
    }
    let mut files = read(folder.path(), "man");
    for (_, name) in SHELLS {
        files.extend(read(folder.path(), &format!("completions/{name}")));
    }
    files
}

fn read(root: &Path, folder: &str) -> BTreeMap<String, Vec<u8>> {
    let Ok(entries) = std::fs::read_dir(root.join(folder)) else { return BTreeMap::new() };
    entries
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (format!("{folder}/{name}"), std::fs::read(entry.path()).unwrap())
        })
        .collect()
}

fn kept() -> BTreeMap<String, Vec<u8>> {
    let doc = project_root().join("doc");
    let mut files = read(&doc, "man");
    for (_, name) in SHELLS {
        files.extend(read(&doc, &format!("completions/{name}")));
    }
    files
}

#[test]
fn cli_docs_are_what_the_programs_say() {
    let (now, kept) = (generate(), kept());
    assert!(now.len() > 5 * (1 + SHELLS.len()), "pages of subcommands too: {:?}", now.keys());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let doc = project_root().join("doc");
        for old in kept.keys().filter(|old| !now.contains_key(*old)) {
            std::fs::remove_file(doc.join(old)).unwrap();
        }
        for (path, bytes) in &now {
            std::fs::create_dir_all(doc.join(path).parent().unwrap()).unwrap();
            std::fs::write(doc.join(path), bytes).unwrap();
        }
        return;
    }
    let old: Vec<&String> = now
        .keys()
        .chain(kept.keys().filter(|path| !now.contains_key(*path)))
        .filter(|path| now.get(*path) != kept.get(*path))
        .collect();
    assert!(old.is_empty(), "run `make docs`; these are not what the programs say: {old:?}");
}

/// Asks bash, with the file that is kept, what may follow.
fn completed(program: &str, words: &[&str]) -> String {
    let file = project_root().join(format!("doc/completions/bash/{program}.bash"));
    // The first line is `NAME() {`.
    let text = std::fs::read_to_string(&file).unwrap();
    let function = text.split_once('(').unwrap().0;
    let script = format!(
        "complete() {{ :; }}; . \"$0\" || exit 1; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); \
         {function} \"$1\" \"${{@: -1}}\" \"${{@: -2:1}}\"; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    );
    let output = Command::new("bash")
        .args(["--norc", "-c", &script])
        .arg(file)
        .arg(program)
        .args(words)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn bash_completes_commands_and_flags() {
    let commands = completed("approve", &["re"]);
    assert!(commands.lines().any(|word| word == "reject"), "{commands}");
    let flags = completed("approve", &["list", "--reg"]);
    assert!(flags.lines().any(|word| word == "--regions"), "{flags}");
    assert!(completed("publish-frontend", &["rol"]).lines().any(|word| word == "rollback"));
}

/// The shells that are here must be able to read their files.
#[test]
fn shells_read_their_completions() {
    let mut read_by = Vec::new();
    for (shell, flag) in [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")] {
        if Command::new(shell).arg("--version").output().is_err() {
            eprintln!("skipped: {shell} is not installed");
            continue;
        }
        for path in read(&project_root().join("doc"), &format!("completions/{shell}")).keys() {
            let output =
                Command::new(shell).arg(flag).arg(project_root().join("doc").join(path)).output().unwrap();
            assert!(output.status.success(), "{path}: {}", String::from_utf8_lossy(&output.stderr));
        }
        read_by.push(shell);
    }
    assert!(read_by.contains(&"bash"), "bash is a prerequisite");
}
