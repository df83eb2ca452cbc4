//! The structures of Elastic Load Balancing as XML.

use super::state::{Action, Listener, LoadBalancer, TargetGroup, TargetHealth, Weighted};
use crate::api::xml_text;

pub(super) fn tag(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", xml_text(text))
}

/// `<NAME><member>…</member>…</NAME>`
pub(super) fn list(name: &str, members: impl IntoIterator<Item = String>) -> String {
    let members: Vec<String> =
        members.into_iter().map(|member| format!("<member>{member}</member>")).collect();
    format!("<{name}>{}</{name}>", members.concat())
}

pub(super) fn balancer(balancer: &LoadBalancer) -> String {
    let zones = balancer.subnets.iter().zip(["a", "b", "c", "d"].iter().cycle()).map(|(subnet, zone)| {
        tag("ZoneName", &format!("{}{zone}", crate::names::REGION)) + &tag("SubnetId", subnet)
    });
    [
        tag("LoadBalancerArn", &balancer.arn),
        tag("DNSName", "127.0.0.1"),
        tag("CanonicalHostedZoneId", "Z215JYRZR1TBD5"),
        tag("CreatedTime", &balancer.created.to_string()),
        tag("LoadBalancerName", &balancer.name),
        tag("Scheme", &balancer.scheme),
        tag("VpcId", "vpc-local"),
        "<State><Code>active</Code></State>".to_owned(),
        tag("Type", "application"),
        list("AvailabilityZones", zones),
        list("SecurityGroups", balancer.security_groups.iter().map(|group| xml_text(group))),
        tag("IpAddressType", "ipv4"),
    ]
    .concat()
}

pub(super) fn group(group: &TargetGroup, balancers: &[String]) -> String {
    let check = &group.check;
    [
        tag("TargetGroupArn", &group.arn),
        tag("TargetGroupName", &group.name),
        tag("Protocol", &group.protocol),
        tag("ProtocolVersion", "HTTP1"),
        tag("Port", &group.port.to_string()),
        tag("VpcId", &group.vpc),
        tag("HealthCheckProtocol", "HTTP"),
        tag(
            "HealthCheckPort",
            &check.port.map_or_else(|| "traffic-port".to_owned(), |port| port.to_string()),
        ),
        tag("HealthCheckEnabled", "true"),
        tag("HealthCheckIntervalSeconds", &check.interval.as_secs().to_string()),
        tag("HealthCheckTimeoutSeconds", &check.timeout.as_secs().to_string()),
        tag("HealthyThresholdCount", &check.healthy_threshold.to_string()),
        tag("UnhealthyThresholdCount", &check.unhealthy_threshold.to_string()),
        tag("HealthCheckPath", &check.path),
        format!("<Matcher>{}</Matcher>", tag("HttpCode", &check.matcher)),
        list("LoadBalancerArns", balancers.iter().map(|arn| xml_text(arn))),
        tag("TargetType", &group.target_type),
        tag("IpAddressType", "ipv4"),
    ]
    .concat()
}

pub(super) fn listener(listener: &Listener) -> String {
    let mut xml = [
        tag("ListenerArn", &listener.arn),
        tag("LoadBalancerArn", &listener.balancer_arn),
        tag("Port", &listener.port.to_string()),
        tag("Protocol", &listener.protocol),
        list("DefaultActions", [action(&listener.action)]),
    ]
    .concat();
    if !listener.certificates.is_empty() {
        xml += &list("Certificates", listener.certificates.iter().map(|arn| tag("CertificateArn", arn)));
    }
    if let Some(policy) = &listener.ssl_policy {
        xml += &tag("SslPolicy", policy);
    }
    xml
}

pub(super) fn action(action: &Action) -> String {
    match action {
        Action::Forward(groups) => forward(groups),
        Action::Fixed { status, content_type, body } => format!(
            "{}<Order>1</Order><FixedResponseConfig>{}{}{}</FixedResponseConfig>",
            tag("Type", "fixed-response"),
            tag("MessageBody", body),
            tag("StatusCode", &status.to_string()),
            tag("ContentType", content_type)
        ),
    }
}

fn forward(groups: &[Weighted]) -> String {
    let single = match groups {
        [only] => tag("TargetGroupArn", &only.arn),
        _ => String::new(),
    };
    let members = groups
        .iter()
        .map(|group| tag("TargetGroupArn", &group.arn) + &tag("Weight", &group.weight.to_string()));
    format!(
        "{}{single}<Order>1</Order><ForwardConfig>{}<TargetGroupStickinessConfig><Enabled>false</Enabled>\
         </TargetGroupStickinessConfig></ForwardConfig>",
        tag("Type", "forward"),
        list("TargetGroups", members)
    )
}

pub(super) fn rule(listener: &Listener) -> String {
    [
        tag("RuleArn", &format!("{}/default", listener.arn.replacen(":listener/", ":listener-rule/", 1))),
        tag("Priority", "default"),
        "<Conditions/>".to_owned(),
        list("Actions", [action(&listener.action)]),
        tag("IsDefault", "true"),
    ]
    .concat()
}

pub(super) fn health(health: &TargetHealth, check_port: Option<u16>) -> String {
    let mut state = tag("State", health.state.as_str());
    if !health.reason.is_empty() {
        state += &(tag("Reason", &health.reason) + &tag("Description", &health.description));
    }
    format!(
        "<Target>{}{}</Target>{}<TargetHealth>{state}</TargetHealth>",
        tag("Id", &health.id),
        tag("Port", &health.port.to_string()),
        tag("HealthCheckPort", &check_port.unwrap_or(health.port).to_string())
    )
}
