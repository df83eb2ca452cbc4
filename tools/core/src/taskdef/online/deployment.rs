//! The service, the deployment group and the hooks that a deployment will use.

use super::{Answer, Deployment, GroupFacts, Online, ServiceFacts};
use crate::taskdef::appspec::{AppSpec, Hook};
use crate::taskdef::finding::{Findings, quoted};
use crate::taskdef::node::{Node, Place};

/// The only configuration that works with a Network Load Balancer
/// (<https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html>, 2026-11).
const NLB_CONFIG: &str = "CodeDeployDefault.ECSAllAtOnce";
/// Revisions of one family, deregistered ones included
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html>, 2026-11).
const MAX_REVISIONS: i64 = 1_000_000;

pub(super) fn judge(
    spec: Option<&AppSpec>,
    deployment: &Deployment,
    online: &Online,
    findings: &mut Findings,
) {
    let hooks: &[Hook] = spec.map_or(&[], |spec| &spec.hooks);
    for hook in hooks {
        if online.functions.get(&hook.function) == Some(&Answer::Missing) {
            let message = format!("there is no Lambda function {}", quoted(&hook.function));
            findings.add("DP-HOOK", hook.at, &hook.pointer, message);
        }
    }
    let service = deployment.service.as_ref().zip(online.service.as_ref());
    if let Some(((name, at), answer)) = service {
        match answer {
            Answer::Missing => {
                findings.add("DP-SERVICE", *at, "", format!("there is no service {}", quoted(name)));
            }
            Answer::Found(facts) => judge_service(facts, name, *at, spec, findings),
            Answer::Unknown(_) => {}
        }
    }
    if let Some(((name, at), answer)) = deployment.deployment_group.as_ref().zip(online.group.as_ref()) {
        match answer {
            Answer::Missing => {
                findings.add("DP-GROUP", *at, "", format!("there is no deployment group {}", quoted(name)));
            }
            Answer::Found(facts) => judge_group(facts, deployment, *at, hooks, findings),
            Answer::Unknown(_) => {}
        }
    }
}

fn judge_service(
    facts: &ServiceFacts,
    name: &str,
    at: Place,
    spec: Option<&AppSpec>,
    findings: &mut Findings,
) {
    if facts.status != "ACTIVE" {
        findings.add("DP-SERVICE", at, "", format!("the service {} is {}", quoted(name), facts.status));
        return;
    }
    if facts.controller != "CODE_DEPLOY" {
        let message =
            format!("the service {} is deployed by {}, not by CODE_DEPLOY", quoted(name), facts.controller);
        findings.add("DP-CONTROLLER", at, "", message);
    }
    let Some(spec) = spec else { return };
    let fits = |(container, port): &&(String, i64)| *container == spec.container && *port == spec.port;
    if !facts.balancers.iter().any(|balancer| fits(&balancer)) {
        let list =
            facts.balancers.iter().map(|(container, port)| format!("{container}:{port}")).collect::<Vec<_>>();
        let list = if list.is_empty() { "none".to_owned() } else { list.join(", ") };
        let message = format!(
            "{}:{} takes the traffic here; the service's load balancer knows {list}",
            spec.container, spec.port
        );
        findings.add("DP-LOAD-BALANCER", spec.target_at.0, &spec.target_at.1, message);
    }
}

fn judge_group(
    facts: &GroupFacts,
    deployment: &Deployment,
    at: Place,
    hooks: &[Hook],
    findings: &mut Findings,
) {
    let wanted = deployment.cluster.as_ref().zip(deployment.service.as_ref());
    if let Some(((cluster, _), (service, _))) = wanted
        && !facts.services.iter().any(|(c, s)| c == cluster && s == service)
    {
        let list = facts.services.iter().map(|(c, s)| format!("{c}/{s}")).collect::<Vec<_>>();
        let list = if list.is_empty() { "no service".to_owned() } else { list.join(", ") };
        findings.add(
            "DP-GROUP-SERVICE",
            at,
            "",
            format!("the group deploys {list}, not {cluster}/{service}"),
        );
    }
    if let Some(hook) = hooks.iter().find(|hook| hook.name == "AfterAllowTestTraffic")
        && !facts.test_listener
    {
        let message = "the deployment group has no test listener, so this hook sees no test traffic";
        findings.add("DP-TEST-LISTENER", hook.at, &hook.pointer, message);
    }
    if facts.network_balancer == Some(true) && facts.config != NLB_CONFIG {
        let message =
            format!("a Network Load Balancer works with {NLB_CONFIG} only, not with {}", facts.config);
        findings.add("DP-NLB-CONFIG", at, "", message);
    }
}

pub(super) fn judge_family(definition: &Node, online: &Online, findings: &mut Findings) {
    if let Some(Answer::Found(revision)) = &online.latest
        && revision.number > MAX_REVISIONS / 10 * 9
        && let Some(family) = definition.get("family")
    {
        let message = format!("revision {} of at most {MAX_REVISIONS}", revision.number);
        findings.add("TD-REVISIONS", family.at, "/family", message);
    }
}
