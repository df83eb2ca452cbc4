//! The shell program that runs a buildspec.
//!
//! All commands of all phases run in one shell, as CodeBuild does for version 0.2, so variables and the working directory carry
//! over. Progress is written to file descriptor 3, one line an event; the commands' own output stays on 1 and 2.

use std::fmt::Write as _;

use super::buildspec::{Buildspec, PhaseName};

/// File descriptor 3 carries these lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    PhaseStarted(String),
    CommandFailed { phase: String, command: usize, status: i32 },
    PhaseEnded { phase: String, succeeded: bool },
}

impl Event {
    pub fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        match (words.next()?, words.next()?.to_owned()) {
            ("start", phase) => Some(Self::PhaseStarted(phase)),
            ("failed", phase) => Some(Self::CommandFailed {
                phase,
                command: words.next()?.parse().ok()?,
                status: words.next()?.parse().ok()?,
            }),
            ("end", phase) => Some(Self::PhaseEnded { phase, succeeded: words.next()? == "0" }),
            _ => None,
        }
    }
}

/// The program, for `bash`. Exported variables are written NUL-separated to the file named by `__EXPORTS`.
pub fn compose(spec: &Buildspec) -> String {
    let mut out = String::from("export CODEBUILD_BUILD_SUCCEEDING=1\n__go=1\n");
    for name in PhaseName::ALL {
        let Some(phase) = spec.phase(name) else { continue };
        let key = name.key();
        // post_build runs after a failed build, and only then: what failed before the build skips both.
        let guard =
            if name == PhaseName::PostBuild { "\"$__go\" = 1 -o \"$__built\" = 1" } else { "\"$__go\" = 1" };
        let _ = writeln!(
            out,
            "__built=${{__built:-0}}; if [ {guard} ]; then __rc=0; printf 'start {key}\\n' >&3"
        );
        if name == PhaseName::Build {
            out.push_str("__built=1\n");
        }
        for (index, command) in phase.commands.iter().enumerate() {
            let quoted = quote(command);
            let _ = writeln!(
                out,
                "if [ $__rc -eq 0 ]; then printf '[Container] Running command %s\\n' {quoted}; eval {quoted}; __rc=$?; \
                 if [ $__rc -ne 0 ]; then printf 'failed {key} {index} %s\\n' \"$__rc\" >&3; fi; fi"
            );
        }
        for command in &phase.finally {
            let quoted = quote(command);
            let _ = writeln!(out, "printf '[Container] Running command %s\\n' {quoted}; eval {quoted}");
        }
        let _ = writeln!(
            out,
            "if [ $__rc -ne 0 ]; then __go=0; export CODEBUILD_BUILD_SUCCEEDING=0; fi; printf 'end {key} %s\\n' \"$__rc\" >&3; fi"
        );
    }
    out.push_str(": > \"$__EXPORTS\"\n");
    for variable in &spec.env.exported_variables {
        if variable.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            let _ = writeln!(out, "printf '%s=%s\\0' {variable} \"${{{variable}-}}\" >> \"$__EXPORTS\"");
        }
    }
    out.push_str("[ \"$__go\" = 1 ]\n");
    out
}

/// A word that the shell takes literally.
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// Runs the program and returns its events, output, exit status and exported variables.
    fn run(yaml: &str) -> (Vec<Event>, String, bool, String) {
        let folder = tempfile::tempdir().unwrap();
        let (events, exports) = (folder.path().join("events"), folder.path().join("exports"));
        let script = compose(&Buildspec::parse(yaml).unwrap());
        let output = Command::new("bash")
            .arg("-c")
            .arg(format!("exec 3>{}; {script}", events.display()))
            .env("__EXPORTS", &exports)
            .current_dir(folder.path())
            .output()
            .unwrap();
        let events = std::fs::read_to_string(events).unwrap().lines().filter_map(Event::parse).collect();
        let exports = std::fs::read_to_string(exports).unwrap_or_default();
        (events, String::from_utf8_lossy(&output.stdout).into_owned(), output.status.success(), exports)
    }

    #[test]
    fn one_shell_for_all_phases() {
        let (_, out, ok, exports) = run(
            r#"{version: 0.2, env: {exported-variables: [B]}, phases: {install: {commands: ["A=it\\'s", "cd /"]}, build: {commands: ['B="$A $PWD"', 'echo "got $B"']}}}"#,
        );
        assert!(ok);
        assert!(out.contains("got it's /"), "{out}");
        assert_eq!(exports, "B=it's /\0");
    }

    #[test]
    fn a_failed_build_still_runs_post_build_and_says_so() {
        let (events, out, ok, _) = run(
            "version: 0.2\nphases:\n  build: {commands: ['false', 'echo never'], finally: ['echo finally']}\n  post_build: {commands: ['echo ok=$CODEBUILD_BUILD_SUCCEEDING']}\n",
        );
        assert!(!ok);
        assert!(out.contains("\nfinally\n") && out.contains("ok=0") && !out.contains("\nnever\n"), "{out}");
        assert!(events.contains(&Event::CommandFailed { phase: "build".into(), command: 0, status: 1 }));
        assert!(events.contains(&Event::PhaseEnded { phase: "post_build".into(), succeeded: true }));
    }

    #[test]
    fn a_failed_install_stops_everything() {
        let (events, out, ok, _) = run(
            "version: 0.2\nphases:\n  install: {commands: ['exit_with() { return 3; }; exit_with']}\n  build: {commands: ['echo built']}\n  post_build: {commands: ['echo post']}\n",
        );
        assert!(!ok && !out.contains("built") && !out.contains("\npost\n"), "{out}");
        assert!(events.contains(&Event::CommandFailed { phase: "install".into(), command: 0, status: 3 }));
    }
}
