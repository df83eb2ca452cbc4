//! `publish-frontend --source dist …` means `publish-frontend publish --source dist …`.

use std::collections::BTreeSet;
use std::ffi::OsString;

use clap::Command;

const DEFAULT: &str = "publish";

/// Puts `publish` before arguments that name no command. A value of a flag is no command, whatever it is called.
pub fn insert(command: &Command, mut arguments: Vec<OsString>) -> Vec<OsString> {
    if arguments.len() > 1 && names_no_command(command, &arguments) {
        arguments.insert(1, DEFAULT.into());
    }
    arguments
}

fn names_no_command(command: &Command, arguments: &[OsString]) -> bool {
    let with_value = flags_with_value(command);
    let mut rest = arguments.iter().skip(1).filter_map(|argument| argument.to_str());
    while let Some(argument) = rest.next() {
        match argument {
            "--" => return true,
            "--help" | "-h" | "--version" | "-V" => return false,
            flag if with_value.contains(flag) => {
                rest.next();
            }
            flag if flag.starts_with('-') => {}
            // A command, or something that clap had better complain of.
            _ => return false,
        }
    }
    true
}

/// `--name` of every flag whose value is the next argument.
fn flags_with_value(command: &Command) -> BTreeSet<String> {
    let subcommands = command.get_subcommands().flat_map(Command::get_arguments);
    command
        .get_arguments()
        .chain(subcommands)
        .filter(|argument| argument.get_action().takes_values())
        .filter_map(|argument| argument.get_long().map(|long| format!("--{long}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    fn inserted(arguments: &str) -> String {
        let arguments = arguments.split(' ').map(Into::into).collect();
        let all = insert(&Cli::command(), arguments);
        all.iter().filter_map(|argument| argument.to_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn only_where_no_command_is_named() {
        for (given, expected) in [
            ("x", "x"),
            ("x --source d", "x publish --source d"),
            ("x -v --source d", "x publish -v --source d"),
            ("x -v releases --bucket b", "x -v releases --bucket b"),
            ("x publish --source d", "x publish --source d"),
            // A bucket may be called like a command.
            ("x --bucket releases --source d", "x publish --bucket releases --source d"),
            ("x --bucket=releases --source d", "x publish --bucket=releases --source d"),
            ("x --profile rollback publish", "x --profile rollback publish"),
            ("x --help", "x --help"),
            ("x pubish --source d", "x pubish --source d"),
        ] {
            assert_eq!(inserted(given), expected, "{given}");
        }
    }
}
