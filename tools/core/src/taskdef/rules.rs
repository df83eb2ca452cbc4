//! Every rule that a finding can name: how grave, what it means, what it prevents, and the AWS page.

mod appspec;
mod containers;
mod online;
mod task;
mod templates;

use super::finding::Severity;

/// One rule, as `explain` prints it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    pub id: &'static str,
    pub severity: Severity,
    pub title: &'static str,
    /// What is checked and what would happen without the check.
    pub meaning: &'static str,
    /// The page that states it.
    pub page: &'static str,
}

const fn error(id: &'static str, title: &'static str, meaning: &'static str, page: &'static str) -> Rule {
    Rule { id, severity: Severity::Error, title, meaning, page }
}

const fn warning(id: &'static str, title: &'static str, meaning: &'static str, page: &'static str) -> Rule {
    Rule { id, severity: Severity::Warning, title, meaning, page }
}

/// All rules, by topic.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    let offline = templates::RULES.iter().chain(task::RULES).chain(containers::RULES).chain(appspec::RULES);
    offline.chain(online::RULES)
}

/// The rule with this id.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_unique_and_every_rule_explains_itself() {
        let ids: BTreeSet<&str> = super::all().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), super::all().count());
        for rule in super::all() {
            assert!(rule.page.starts_with("https://"), "{}", rule.id);
            assert!(rule.meaning.len() > 40 && rule.meaning.ends_with('.'), "{}", rule.id);
        }
    }
}
