//! A rule of a listener, in core's terms.

use aws_sdk_elasticloadbalancingv2::types::{QueryStringConditionConfig, Rule, RuleCondition};
use greenlight_core::hook::wiring::Route;
use greenlight_core::hook::wiring::condition::{Condition, Pattern};

use super::balancer::weights;
use super::owned;

pub(super) fn route(rule: &Rule) -> Route {
    Route {
        name: owned(rule.priority()),
        weights: weights(rule.actions()),
        conditions: rule.conditions().iter().map(condition).collect(),
    }
}

/// `values` holds what older callers set; the configurations hold the rest.
fn condition(found: &RuleCondition) -> Condition {
    let field = found.field().unwrap_or_default();
    let patterns = |wildcards: &[String], regexes: &[String]| -> Vec<Pattern> {
        let wildcards = wildcards.iter().chain(found.values()).cloned().map(Pattern::Wildcard);
        wildcards.chain(regexes.iter().cloned().map(Pattern::Regex)).collect()
    };
    match field {
        "host-header" => {
            let config = found.host_header_config();
            Condition::Host(config.map_or_else(
                || patterns(&[], &[]),
                |config| patterns(config.values(), config.regex_values()),
            ))
        }
        "path-pattern" => {
            let config = found.path_pattern_config();
            Condition::Path(config.map_or_else(
                || patterns(&[], &[]),
                |config| patterns(config.values(), config.regex_values()),
            ))
        }
        "http-header" => match found.http_header_config() {
            Some(config) => Condition::Header {
                name: owned(config.http_header_name()),
                values: patterns(config.values(), config.regex_values()),
            },
            None => Condition::Unknowable(field.to_owned()),
        },
        "http-request-method" => Condition::Method(
            found.http_request_method_config().map(|config| config.values().to_vec()).unwrap_or_default(),
        ),
        "query-string" => {
            let config = found.query_string_config();
            let pairs = config.map(QueryStringConditionConfig::values).unwrap_or_default().iter();
            Condition::Query(pairs.map(|pair| (pair.key().map(str::to_owned), owned(pair.value()))).collect())
        }
        other => Condition::Unknowable(other.to_owned()),
    }
}
