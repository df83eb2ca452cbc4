//! The files that an HTML page needs: scripts, styles, images. Links that a visitor follows are not among them.

/// Paths on the site (without leading slash) that `page` at `path` references.
pub fn references(path: &str, page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let page = without_comments(page);
    let mut base = path.to_owned();
    for tag in page.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        let name: String =
            tag.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let attribute = match name.as_str() {
            "script" | "img" | "source" | "video" | "audio" => "src",
            "link" if loads(tag) => "href",
            "base" => {
                // The first one counts; it stands before what it is for.
                match attribute_value(tag, "href").as_deref().map(|href| resolve(path, &format!("{href}."))) {
                    Some(Some(folder)) if base == path => base = format!("/{folder}/."),
                    Some(None) if base == path => return found,
                    _ => {}
                }
                continue;
            }
            _ => continue,
        };
        if let Some(target) = attribute_value(tag, attribute).and_then(|value| resolve(&base, &value)) {
            found.push(target);
        }
    }
    found.sort();
    found.dedup();
    found
}

/// What stands in `<!-- … -->` is not asked for.
fn without_comments(page: &str) -> String {
    let mut parts = page.split("<!--");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once("-->").map_or("", |(_, rest)| rest))
}

/// `<link>` that fetches a file: not `canonical`, `alternate`, `preconnect`.
fn loads(tag: &str) -> bool {
    let rel = attribute_value(tag, "rel").unwrap_or_default().to_ascii_lowercase();
    rel.split_whitespace().any(|rel| {
        ["stylesheet", "icon", "modulepreload", "preload", "manifest", "apple-touch-icon"].contains(&rel)
    })
}

fn attribute_value(tag: &str, name: &str) -> Option<String> {
    let mut rest = tag;
    while let Some((before, after)) = rest.split_once('=') {
        let attribute = before.split_whitespace().next_back().unwrap_or_default();
        let after = after.trim_start();
        let (value, tail) = match after.chars().next() {
            Some(quote @ ('"' | '\'')) => after.get(1..).unwrap_or_default().split_once(quote)?,
            _ => after.split_once(char::is_whitespace).unwrap_or((after, "")),
        };
        if attribute.eq_ignore_ascii_case(name) {
            return Some(value.replace("&amp;", "&"));
        }
        rest = tail;
    }
    None
}

/// The path on this site, or nothing for another site, a data URL, a fragment.
fn resolve(page: &str, target: &str) -> Option<String> {
    let target = target.split(['?', '#']).next().unwrap_or_default();
    if target.is_empty()
        || target.starts_with("//")
        || target.split('/').next().is_some_and(|first| first.contains(':'))
    {
        return None;
    }
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    let joined = if target.starts_with('/') { target.to_owned() } else { format!("{folder}/{target}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    Some(
        percent_encoding::percent_decode_str(&path)
            .decode_utf8()
            .map_or(path.clone(), std::borrow::Cow::into_owned),
    )
}

#[cfg(test)]
mod tests {
    use super::references;

    #[test]
    fn files_but_not_links() {
        let page = r#"<!doctype html><link rel="stylesheet" href="/a.css"><link rel=canonical href="https://x/">
            <script type=module crossorigin src="./b%20c.js?v=1"></script><a href="/about">x</a>
            <img alt="a=b" src='../img/d.png'><img src="data:image/png;base64,AA"><script src="//cdn/x.js"></script>"#;
        assert_eq!(references("docs/index.html", page), ["a.css", "docs/b c.js", "img/d.png"]);
    }

    #[test]
    fn comments_and_the_base() {
        let page =
            r#"<!-- <script src="/old.js"></script> --><base href="/"><script src="main.js"></script>"#;
        assert_eq!(references("about/index.html", page), ["main.js"]);
        let page = r#"<base href="/app/"><script src="main.js"></script><img src="/x.png">"#;
        assert_eq!(references("about/index.html", page), ["app/main.js", "x.png"]);
        // On another host: nothing of this page is ours.
        assert!(
            references("a.html", r#"<base href="https://cdn.example/"><script src="main.js"></script>"#)
                .is_empty()
        );
    }
}
