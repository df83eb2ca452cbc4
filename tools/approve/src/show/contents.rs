//! What a release changes, for people.

use greenlight_core::approval::contents::{
    Contents, Deployment, Frontend, Image, Passed, Range, RangeSource, SettingChange, Settings,
};
use greenlight_core::approval::dossier::Known;

use super::text::{BAD, sha, shown};

/// So many commits, settings and files are named; the others are counted. All are in the JSON form.
const NAMED: usize = 8;
/// Hexadecimal digits of a digest that are shown.
const DIGEST_CHARS: usize = 12;

pub fn rows(contents: &Contents) -> Vec<(String, String)> {
    let mut rows = commits(&contents.commits);
    match &contents.deployments {
        Known::Missing { why } => {
            rows.push(("image".to_owned(), missing(why)));
            rows.push(("settings".to_owned(), missing(why)));
        }
        Known::Known(deployments) => rows.extend(deployments.iter().flat_map(deployment)),
    }
    rows.push(("frontend".to_owned(), frontend(&contents.frontend)));
    rows
}

fn missing(why: &str) -> String {
    format!("{BAD}MISSING{BAD:#}: {}", shown(why))
}

fn commits(range: &Known<Range>) -> Vec<(String, String)> {
    let row = |name: &str, value: String| (name.to_owned(), value);
    let range = match range {
        Known::Missing { why } => return vec![row("commits", missing(why))],
        Known::Known(range) => range,
    };
    let mut rows = Vec::new();
    rows.push(row(
        "commits",
        match range.source {
            RangeSource::Same => "none: production has this commit".to_owned(),
            RangeSource::Git => format!("{} since production", range.commits.len()),
            RangeSource::Executions => format!(
                "{} went through this pipeline since production; others may lie between them (--checkout DIR shows all)",
                range.commits.len()
            ),
        },
    ));
    rows.extend(list(&range.commits, passed).into_iter().map(|line| row("", line)));
    if !range.taken_back.is_empty() {
        let count = range.taken_back.len();
        let text = format!("{BAD}TAKES BACK{BAD:#} {count} commits that production has");
        rows.push(row("", text));
        rows.extend(list(&range.taken_back, passed).into_iter().map(|line| row("", line)));
    }
    rows
}

fn passed(commit: &Passed) -> String {
    let first = commit.message.as_deref().and_then(|message| message.lines().next()).unwrap_or_default();
    let author = commit.author.as_deref().map(|author| format!("  {}", shown(author))).unwrap_or_default();
    format!("  {}{author}  {}", sha(&commit.sha), shown(first))
}

/// The first ones, and how many more there are.
fn list<T>(items: &[T], line: impl Fn(&T) -> String) -> Vec<String> {
    let mut lines: Vec<String> = items.iter().take(NAMED).map(line).collect();
    if items.len() > NAMED {
        lines.push(format!("  and {} more", items.len() - NAMED));
    }
    lines
}

fn deployment(deployment: &Deployment) -> Vec<(String, String)> {
    let action = shown(&deployment.action);
    let mut rows = match &deployment.images {
        Known::Missing { why } => vec![("image".to_owned(), format!("{action}: {}", missing(why)))],
        Known::Known(images) => {
            images.iter().map(|one| ("image".to_owned(), format!("{action}/{}", image(one)))).collect()
        }
    };
    let settings = match &deployment.task_definition {
        Known::Missing { why } => missing(why),
        Known::Known(settings) => changes(settings),
    };
    rows.push(("settings".to_owned(), format!("{action}: {settings}")));
    rows
}

fn image(image: &Image) -> String {
    let name = |reference: &str| match reference.split_once("@sha256:") {
        Some((_, digest)) => {
            format!("sha256:{}", shown(&digest.chars().take(DIGEST_CHARS).collect::<String>()))
        }
        None => format!("{} {BAD}NOT PINNED BY DIGEST{BAD:#}", shown(reference)),
    };
    let before = match &image.before {
        _ if !image.is_new() => " as in production".to_owned(),
        Some(before) => format!(" instead of {}", name(before)),
        None => " (what production has is not known)".to_owned(),
    };
    format!("{} {}{before}", shown(&image.container), name(&image.image))
}

fn changes(settings: &Settings) -> String {
    let against = settings.against.rsplit('/').next().unwrap_or_default();
    if settings.changed.is_empty() {
        return format!("no difference to {}", shown(against));
    }
    let sign = |change: SettingChange| match change {
        SettingChange::Added => '+',
        SettingChange::Removed => '-',
        SettingChange::Changed => '~',
    };
    let named =
        list(&settings.changed, |setting| format!("{} {}", sign(setting.change), shown(&setting.path)));
    let count = match settings.changed.len() {
        1 => "1 differs".to_owned(),
        count => format!("{count} differ"),
    };
    format!("{count} from {}: {}", shown(against), joined(&named))
}

fn joined(parts: &[String]) -> String {
    parts.iter().map(|part| part.trim()).collect::<Vec<_>>().join(", ")
}

fn frontend(frontend: &Known<Frontend>) -> String {
    let frontend = match frontend {
        Known::Missing { why } => return missing(why),
        Known::Known(frontend) => frontend,
    };
    let live = frontend.live.as_deref().map_or_else(|| "nothing".to_owned(), sha);
    if frontend.is_same() {
        return format!("no difference to {live}");
    }
    let counts = [
        (frontend.added.len(), "new"),
        (frontend.changed.len(), "changed"),
        (frontend.removed.len(), "gone"),
    ];
    let counts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let named: Vec<&String> = frontend.changed.iter().chain(&frontend.added).collect();
    let named = list(&named, |path| shown(path));
    let named = if named.is_empty() { String::new() } else { format!(": {}", joined(&named)) };
    format!("files: {}; {}, beside live {live}{named}", counts.join(", "), bytes(frontend.bytes))
}

fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{}.{} kB", count / 1_000, count % 1_000 / 100),
        _ => format!("{}.{} MB", count / 1_000_000, count % 1_000_000 / 100_000),
    }
}
