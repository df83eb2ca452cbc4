//! A container's environment and command, rewritten for a process on this machine. Only looks whether files exist.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The folder or file of `rootfs` that an absolute path of the image means, if it is there.
fn in_rootfs(path: &str, rootfs: &Path) -> Option<String> {
    let inside = rootfs.join(path.strip_prefix('/')?);
    (path.len() > 1 && inside.exists()).then(|| inside.to_string_lossy().into_owned())
}

/// Prefixes each `:`-separated absolute path that exists in the image.
pub(super) fn rewrite(value: &str, rootfs: &Path) -> String {
    let parts = value.split(':').map(|part| in_rootfs(part, rootfs).unwrap_or_else(|| part.to_owned()));
    parts.collect::<Vec<_>>().join(":")
}

/// The image's `NAME=value` list; `PATH` keeps what exists in the image and ends with the machine's.
pub(super) fn of_image(variables: &[String], rootfs: &Path, host_path: &str) -> BTreeMap<String, String> {
    let pairs = variables.iter().filter_map(|pair| pair.split_once('='));
    let mut all: BTreeMap<String, String> =
        pairs.map(|(name, value)| (name.to_owned(), rewrite(value, rootfs))).collect();
    let image_path = all.remove("PATH").unwrap_or_default();
    let inside = image_path.split(':').filter(|part| Path::new(part).starts_with(rootfs));
    let path: Vec<&str> = inside.chain([host_path]).collect();
    all.insert("PATH".to_owned(), path.join(":"));
    all
}

/// The command with paths of the image rewritten and an interpreter that this machine has.
pub(super) fn command(words: &[String], rootfs: &Path, path: &str, python: Option<&str>) -> Vec<String> {
    let mut words: Vec<String> =
        words.iter().map(|word| in_rootfs(word, rootfs).unwrap_or_else(|| word.clone())).collect();
    if let Some(first) = words.first_mut()
        && matches!(first.as_str(), "python" | "python3" | "/usr/local/bin/python" | "/usr/local/bin/python3")
    {
        *first = match python {
            Some(interpreter) => interpreter.to_owned(),
            None if on_path("python", path) => "python".to_owned(),
            None => "python3".to_owned(),
        };
    }
    words
}

fn on_path(program: &str, path: &str) -> bool {
    std::env::split_paths(path).any(|folder| folder.join(program).is_file())
}

/// Where the process starts.
pub(super) fn working_dir(image: &str, rootfs: &Path) -> PathBuf {
    rootfs.join(image.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_image_are_rewritten() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("opt/deps/bin")).unwrap();
        std::fs::create_dir_all(root.join("app")).unwrap();
        let prefix = root.to_str().unwrap();
        assert_eq!(
            rewrite("/opt/deps:/app:/none:rel", root),
            format!("{prefix}/opt/deps:{prefix}/app:/none:rel")
        );
        assert_eq!(rewrite("https://x/app", root), "https://x/app");
        let all = of_image(&["PATH=/opt/deps/bin:/usr/bin".to_owned(), "A=b=c".to_owned()], root, "/host");
        assert_eq!(all["PATH"], format!("{prefix}/opt/deps/bin:/host"));
        assert_eq!(all["A"], "b=c");
        assert_eq!(
            command(&["python".to_owned(), "/app".to_owned()], root, "", Some("/py")),
            ["/py", &format!("{prefix}/app")]
        );
        assert_eq!(command(&["python".to_owned()], root, "/nowhere", None), ["python3"]);
        assert_eq!(working_dir("/app", root), root.join("app"));
    }
}
