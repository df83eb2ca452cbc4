//! The operations of Elastic Load Balancing (query protocol, version 2015-12-01).

use std::collections::BTreeMap;
use std::time::Duration;

use super::Balancer;
use super::state::{
    Action, HealthCheck, Listener, LoadBalancer, State, TargetGroup, Weighted, no_balancer, no_group,
    no_listener,
};
use super::xml::{self, list, tag};
use crate::api::{ApiError, Query};
use crate::names::arn;

type Answer = Result<String, ApiError>;

pub(super) fn call(balancer: &Balancer, query: &Query) -> Answer {
    match query.action() {
        "CreateLoadBalancer" => create_load_balancer(balancer, query),
        "DescribeLoadBalancers" => describe_load_balancers(balancer, query),
        "DeleteLoadBalancer" => delete_load_balancer(balancer, query),
        "CreateTargetGroup" => create_target_group(balancer, query),
        "DescribeTargetGroups" => describe_target_groups(balancer, query),
        "ModifyTargetGroup" => modify_target_group(balancer, query),
        "DeleteTargetGroup" => delete_target_group(balancer, query),
        "CreateListener" => create_listener(balancer, query),
        "DescribeListeners" => describe_listeners(balancer, query),
        "ModifyListener" => modify_listener(balancer, query),
        "DeleteListener" => delete_listener(balancer, query),
        "DescribeRules" => describe_rules(balancer, query),
        "RegisterTargets" => {
            each_target(balancer, query, |group, id, port| balancer.register(group, id, port))
        }
        "DeregisterTargets" => {
            each_target(balancer, query, |group, id, port| balancer.deregister(group, id, port))
        }
        "DescribeTargetHealth" => describe_target_health(balancer, query),
        "ModifyTargetGroupAttributes" | "DescribeTargetGroupAttributes" => group_attributes(balancer, query),
        "ModifyLoadBalancerAttributes" | "DescribeLoadBalancerAttributes" => {
            balancer_attributes(balancer, query)
        }
        "AddTags" | "RemoveTags" | "DescribeTags" => tags(balancer, query),
        other => Err(ApiError::unknown_operation("elasticloadbalancing", other)),
    }
}

fn required<'q>(query: &'q Query, name: &str) -> Result<&'q str, ApiError> {
    query.get(name).ok_or_else(|| validation(format!("The request must contain the parameter {name}")))
}

fn validation(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationError", message)
}

fn number<T: std::str::FromStr>(query: &Query, name: &str) -> Result<Option<T>, ApiError> {
    let parse = |text: &str| text.parse().map_err(|_| validation(format!("{name} '{text}' is not valid")));
    query.get(name).map(parse).transpose()
}

fn unique() -> String {
    format!("{:016x}", fastrand::u64(..))
}

fn keep_tags(state: &mut State, arn: &str, query: &Query) {
    let kept = state.tags.entry(arn.to_owned()).or_default();
    for pair in query.structures("Tags") {
        kept.insert(
            pair.get("Key").unwrap_or_default().to_owned(),
            pair.get("Value").unwrap_or_default().to_owned(),
        );
    }
}

fn create_load_balancer(balancer: &Balancer, query: &Query) -> Answer {
    let name = required(query, "Name")?;
    let mut state = balancer.inner.lock();
    if state.balancers.values().any(|other| other.name == name) {
        let message =
            format!("A load balancer with the same name '{name}' exists, but with different settings");
        return Err(ApiError::new("DuplicateLoadBalancerName", message));
    }
    let subnets = if query.list("Subnets").is_empty() {
        query
            .structures("SubnetMappings")
            .iter()
            .filter_map(|item| item.get("SubnetId"))
            .map(str::to_owned)
            .collect()
    } else {
        query.list("Subnets").into_iter().map(str::to_owned).collect()
    };
    let created = LoadBalancer {
        arn: arn("elasticloadbalancing", &format!("loadbalancer/app/{name}/{}", unique())),
        name: name.to_owned(),
        scheme: query.get("Scheme").unwrap_or("internet-facing").to_owned(),
        subnets,
        security_groups: query.list("SecurityGroups").into_iter().map(str::to_owned).collect(),
        created: jiff::Timestamp::now(),
        attributes: BTreeMap::new(),
    };
    keep_tags(&mut state, &created.arn, query);
    let xml = list("LoadBalancers", [xml::balancer(&created)]);
    state.balancers.insert(created.arn.clone(), created);
    Ok(xml)
}

/// What `keep` says of the items; every item that was asked for by name or ARN must be there.
fn asked<'s, T>(
    items: impl Iterator<Item = &'s T> + Clone,
    wanted: &[&str],
    key: impl Fn(&T) -> &str,
    missing: fn() -> ApiError,
) -> Result<Vec<&'s T>, ApiError> {
    if wanted.is_empty() {
        return Ok(items.collect());
    }
    wanted.iter().map(|name| items.clone().find(|item| key(item) == *name).ok_or_else(missing)).collect()
}

fn describe_load_balancers(balancer: &Balancer, query: &Query) -> Answer {
    let state = balancer.inner.lock();
    let (arns, names) = (query.list("LoadBalancerArns"), query.list("Names"));
    let found = if arns.is_empty() {
        asked(state.balancers.values(), &names, |item| &item.name, no_balancer)?
    } else {
        asked(state.balancers.values(), &arns, |item| &item.arn, no_balancer)?
    };
    Ok(list("LoadBalancers", found.into_iter().map(xml::balancer)))
}

fn delete_load_balancer(balancer: &Balancer, query: &Query) -> Answer {
    let wanted = required(query, "LoadBalancerArn")?;
    let mut state = balancer.inner.lock();
    state.balancers.remove(wanted);
    state.listeners.retain(|_, listener| {
        if listener.balancer_arn == wanted
            && let Some(server) = &listener.server
        {
            server.abort();
        }
        listener.balancer_arn != wanted
    });
    Ok(String::new())
}

fn health_check(query: &Query, base: HealthCheck) -> Result<HealthCheck, ApiError> {
    let seconds =
        |name: &str, old: Duration| Ok::<_, ApiError>(number(query, name)?.map_or(old, Duration::from_secs));
    let port = match query.get("HealthCheckPort") {
        None => base.port,
        Some("traffic-port") => None,
        Some(_) => number(query, "HealthCheckPort")?,
    };
    let check = HealthCheck {
        path: query.get("HealthCheckPath").map_or(base.path, str::to_owned),
        port,
        interval: seconds("HealthCheckIntervalSeconds", base.interval)?,
        timeout: seconds("HealthCheckTimeoutSeconds", base.timeout)?,
        healthy_threshold: number(query, "HealthyThresholdCount")?.unwrap_or(base.healthy_threshold),
        unhealthy_threshold: number(query, "UnhealthyThresholdCount")?.unwrap_or(base.unhealthy_threshold),
        matcher: query.get("Matcher.HttpCode").map_or(base.matcher, str::to_owned),
    };
    if check.interval.is_zero() || check.timeout.is_zero() {
        return Err(validation("Health check interval and timeout must be at least 1 second"));
    }
    Ok(check)
}

fn create_target_group(balancer: &Balancer, query: &Query) -> Answer {
    let name = required(query, "Name")?;
    let defaults = HealthCheck {
        path: "/".to_owned(),
        port: None,
        interval: Duration::from_secs(30),
        timeout: Duration::from_secs(5),
        healthy_threshold: 5,
        unhealthy_threshold: 2,
        matcher: "200".to_owned(),
    };
    let check = health_check(query, defaults)?;
    let mut state = balancer.inner.lock();
    if state.groups.values().any(|other| other.name == name) {
        let message =
            format!("A target group with the same name '{name}' exists, but with different settings");
        return Err(ApiError::new("DuplicateTargetGroupName", message));
    }
    let created = TargetGroup::new(
        arn("elasticloadbalancing", &format!("targetgroup/{name}/{}", unique())),
        name,
        query.get("Protocol").unwrap_or("HTTP"),
        number(query, "Port")?.unwrap_or(80),
        query.get("VpcId").unwrap_or_default(),
        query.get("TargetType").unwrap_or("instance"),
        check,
    );
    keep_tags(&mut state, &created.arn, query);
    let xml = list("TargetGroups", [xml::group(&created, &[])]);
    state.groups.insert(created.arn.clone(), created);
    Ok(xml)
}

fn balancers_of(state: &State, group_arn: &str) -> Vec<String> {
    let names_group = |listener: &&Listener| listener.weights().iter().any(|(arn, _)| arn == group_arn);
    let arns = state.listeners.values().filter(names_group).map(|listener| listener.balancer_arn.clone());
    arns.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}

fn describe_target_groups(balancer: &Balancer, query: &Query) -> Answer {
    let state = balancer.inner.lock();
    let (arns, names) = (query.list("TargetGroupArns"), query.list("Names"));
    let mut found = if arns.is_empty() {
        asked(state.groups.values(), &names, |item| &item.name, no_group)?
    } else {
        asked(state.groups.values(), &arns, |item| &item.arn, no_group)?
    };
    if let Some(wanted) = query.get("LoadBalancerArn") {
        state.balancers.get(wanted).ok_or_else(no_balancer)?;
        found.retain(|group| balancers_of(&state, &group.arn).iter().any(|arn| arn == wanted));
    }
    Ok(list(
        "TargetGroups",
        found.into_iter().map(|group| xml::group(group, &balancers_of(&state, &group.arn))),
    ))
}

fn modify_target_group(balancer: &Balancer, query: &Query) -> Answer {
    let wanted = required(query, "TargetGroupArn")?;
    let mut state = balancer.inner.lock();
    let balancers = balancers_of(&state, wanted);
    let group = state.group_mut(wanted)?;
    group.check = health_check(query, group.check.clone())?;
    Ok(list("TargetGroups", [xml::group(group, &balancers)]))
}

fn delete_target_group(balancer: &Balancer, query: &Query) -> Answer {
    let wanted = required(query, "TargetGroupArn")?;
    let mut state = balancer.inner.lock();
    if state.in_use(wanted) {
        let message = format!("Target group '{wanted}' is currently in use by a listener or a rule");
        return Err(ApiError::new("ResourceInUse", message));
    }
    state.groups.remove(wanted);
    Ok(String::new())
}

fn default_action(state: &State, query: &Query) -> Result<Action, ApiError> {
    let actions = query.structures("DefaultActions");
    let action = actions.first().ok_or_else(|| validation("A listener must have a default action"))?;
    match action.get("Type") {
        Some("forward") => {
            let mut groups: Vec<Weighted> = Vec::new();
            for item in action.structure("ForwardConfig").structures("TargetGroups") {
                let weight = number(&item, "Weight")?.unwrap_or(1);
                groups.push(Weighted::new(required(&item, "TargetGroupArn")?, weight));
            }
            if groups.is_empty() {
                groups.push(Weighted::new(required(action, "TargetGroupArn")?, 1));
            }
            for group in &groups {
                state.group(&group.arn)?;
            }
            Ok(Action::Forward(groups))
        }
        Some("fixed-response") => {
            let fixed = action.structure("FixedResponseConfig");
            Ok(Action::Fixed {
                status: number(&fixed, "StatusCode")?.unwrap_or(503),
                content_type: fixed.get("ContentType").unwrap_or("text/plain").to_owned(),
                body: fixed.get("MessageBody").unwrap_or_default().to_owned(),
            })
        }
        other => Err(validation(format!(
            "local-pipeline's listeners have the actions forward and fixed-response, not '{}'",
            other.unwrap_or_default()
        ))),
    }
}

fn create_listener(balancer: &Balancer, query: &Query) -> Answer {
    let balancer_arn = required(query, "LoadBalancerArn")?;
    let port: u16 = number(query, "Port")?.ok_or_else(|| validation("A listener must have a port"))?;
    let listener = {
        let mut state = balancer.inner.lock();
        let name = state.balancers.get(balancer_arn).ok_or_else(no_balancer)?.name.clone();
        if state.listeners.values().any(|other| other.balancer_arn == balancer_arn && other.port == port) {
            let message = "A listener already exists on this port for this load balancer";
            return Err(ApiError::new("DuplicateListener", message));
        }
        let balancer_id = balancer_arn.rsplit('/').next().unwrap_or_default();
        let path = format!("listener/app/{name}/{balancer_id}/{}", unique());
        let listener = Listener {
            arn: arn("elasticloadbalancing", &path),
            balancer_arn: balancer_arn.to_owned(),
            port,
            protocol: query.get("Protocol").unwrap_or("HTTP").to_owned(),
            certificates: certificates(query),
            ssl_policy: query.get("SslPolicy").map(str::to_owned),
            action: default_action(&state, query)?,
            server: None,
        };
        keep_tags(&mut state, &listener.arn, query);
        listener
    };
    let listener = balancer.listen(listener)?;
    Ok(list("Listeners", [xml::listener(&listener)]))
}

fn certificates(query: &Query) -> Vec<String> {
    query
        .structures("Certificates")
        .iter()
        .filter_map(|item| item.get("CertificateArn"))
        .map(str::to_owned)
        .collect()
}

fn describe_listeners(balancer: &Balancer, query: &Query) -> Answer {
    let state = balancer.inner.lock();
    let mut found =
        asked(state.listeners.values(), &query.list("ListenerArns"), |item| &item.arn, no_listener)?;
    if let Some(wanted) = query.get("LoadBalancerArn") {
        state.balancers.get(wanted).ok_or_else(no_balancer)?;
        found.retain(|listener| listener.balancer_arn == wanted);
    }
    Ok(list("Listeners", found.into_iter().map(xml::listener)))
}

fn modify_listener(balancer: &Balancer, query: &Query) -> Answer {
    let wanted = required(query, "ListenerArn")?;
    let (moved, listener) = {
        let mut state = balancer.inner.lock();
        let action = if query.structures("DefaultActions").is_empty() {
            None
        } else {
            Some(default_action(&state, query)?)
        };
        let listener = state.listener_mut(wanted)?;
        if let Some(action) = action {
            listener.action = action;
        }
        if !certificates(query).is_empty() {
            listener.certificates = certificates(query);
        }
        if let Some(policy) = query.get("SslPolicy") {
            listener.ssl_policy = Some(policy.to_owned());
        }
        let port = number(query, "Port")?.unwrap_or(listener.port);
        let protocol = query.get("Protocol").unwrap_or(&listener.protocol).to_owned();
        let moved = port != listener.port || protocol != listener.protocol;
        (moved, Listener { port, protocol, ..listener.clone() })
    };
    let listener = if moved {
        if let Some(server) = &listener.server {
            server.abort();
        }
        balancer.listen(listener)?
    } else {
        listener
    };
    balancer.inner.bump();
    Ok(list("Listeners", [xml::listener(&listener)]))
}

fn delete_listener(balancer: &Balancer, query: &Query) -> Answer {
    let removed = balancer.inner.lock().listeners.remove(required(query, "ListenerArn")?);
    if let Some(server) = removed.ok_or_else(no_listener)?.server {
        server.abort();
    }
    Ok(String::new())
}

fn describe_rules(balancer: &Balancer, query: &Query) -> Answer {
    let state = balancer.inner.lock();
    if let Some(wanted) = query.get("ListenerArn") {
        return Ok(list("Rules", [xml::rule(state.listener(wanted)?)]));
    }
    let asked_for = query.list("RuleArns");
    let rules = state.listeners.values().map(xml::rule);
    let found: Vec<String> =
        rules.filter(|rule| asked_for.iter().any(|arn| rule.starts_with(&tag("RuleArn", arn)))).collect();
    if found.len() < asked_for.len() {
        return Err(ApiError::new("RuleNotFound", "One or more rules not found"));
    }
    Ok(list("Rules", found))
}

fn each_target(
    balancer: &Balancer,
    query: &Query,
    act: impl Fn(&str, &str, u16) -> Result<(), ApiError>,
) -> Answer {
    let group_arn = required(query, "TargetGroupArn")?;
    let default_port = balancer.inner.lock().group(group_arn)?.port;
    let mut targets = Vec::new();
    for target in query.structures("Targets") {
        let id = required(&target, "Id")?.to_owned();
        if id.parse::<std::net::IpAddr>().is_err() {
            return Err(ApiError::new("InvalidTarget", format!("'{id}' is not an IP address")));
        }
        targets.push((id, number(&target, "Port")?.unwrap_or(default_port)));
    }
    for (id, port) in targets {
        act(group_arn, &id, port)?;
    }
    Ok(String::new())
}

fn describe_target_health(balancer: &Balancer, query: &Query) -> Answer {
    let group_arn = required(query, "TargetGroupArn")?;
    let found = balancer.target_health(group_arn)?;
    let check_port = balancer.inner.lock().group(group_arn)?.check.port;
    let wanted: Vec<(String, Option<u16>)> = (query.structures("Targets").iter())
        .map(|target| Ok((required(target, "Id")?.to_owned(), number(target, "Port")?)))
        .collect::<Result<_, ApiError>>()?;
    let mut descriptions: Vec<String> = Vec::new();
    for health in &found {
        let asked_for = |(id, port): &(String, Option<u16>)| {
            *id == health.id && port.is_none_or(|port| port == health.port)
        };
        if wanted.is_empty() || wanted.iter().any(asked_for) {
            descriptions.push(xml::health(health, check_port));
        }
    }
    for (id, port) in &wanted {
        if !found.iter().any(|health| health.id == *id && port.is_none_or(|port| port == health.port)) {
            let absent = super::TargetHealth {
                id: id.clone(),
                port: port.unwrap_or_default(),
                state: super::HealthState::Unused,
                reason: "Target.NotRegistered".to_owned(),
                description: "Target is not registered to the target group".to_owned(),
            };
            descriptions.push(xml::health(&absent, check_port));
        }
    }
    Ok(list("TargetHealthDescriptions", descriptions))
}

fn attributes_xml(kept: &mut BTreeMap<String, String>, query: &Query, defaults: &[(&str, &str)]) -> String {
    for pair in query.structures("Attributes") {
        kept.insert(
            pair.get("Key").unwrap_or_default().to_owned(),
            pair.get("Value").unwrap_or_default().to_owned(),
        );
    }
    let mut all: BTreeMap<String, String> =
        defaults.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    all.extend(kept.clone());
    list("Attributes", all.iter().map(|(key, value)| tag("Key", key) + &tag("Value", value)))
}

fn group_attributes(balancer: &Balancer, query: &Query) -> Answer {
    let defaults = [
        ("deregistration_delay.timeout_seconds", "300"),
        ("load_balancing.algorithm.type", "round_robin"),
        ("slow_start.duration_seconds", "0"),
        ("stickiness.enabled", "false"),
        ("stickiness.type", "lb_cookie"),
        ("stickiness.lb_cookie.duration_seconds", "86400"),
    ];
    let mut state = balancer.inner.lock();
    let group = state.group_mut(required(query, "TargetGroupArn")?)?;
    Ok(attributes_xml(&mut group.attributes, query, &defaults))
}

fn balancer_attributes(balancer: &Balancer, query: &Query) -> Answer {
    let defaults = [
        ("access_logs.s3.enabled", "false"),
        ("access_logs.s3.bucket", ""),
        ("access_logs.s3.prefix", ""),
        ("deletion_protection.enabled", "false"),
        ("idle_timeout.timeout_seconds", "60"),
        ("routing.http.drop_invalid_header_fields.enabled", "false"),
        ("routing.http2.enabled", "true"),
    ];
    let mut state = balancer.inner.lock();
    let found = state.balancer_mut(required(query, "LoadBalancerArn")?)?;
    Ok(attributes_xml(&mut found.attributes, query, &defaults))
}

#[expect(clippy::unnecessary_wraps, reason = "like every operation")]
fn tags(balancer: &Balancer, query: &Query) -> Answer {
    let mut state = balancer.inner.lock();
    let arns = query.list("ResourceArns");
    for arn in &arns {
        keep_tags(&mut state, arn, query);
        let kept = state.tags.entry((*arn).to_owned()).or_default();
        for key in query.list("TagKeys") {
            kept.remove(key);
        }
    }
    if query.action() != "DescribeTags" {
        return Ok(String::new());
    }
    let described = arns.iter().map(|arn| {
        let pairs = state.tags.get(*arn).into_iter().flatten();
        tag("ResourceArn", arn)
            + &list("Tags", pairs.map(|(key, value)| tag("Key", key) + &tag("Value", value)))
    });
    Ok(list("TagDescriptions", described))
}
