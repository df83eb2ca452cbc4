//! The AWS calls that the hook makes, answered for one deployment of three tasks.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use crate::world::{DIGEST, SECRET, World};

const GREEN: &str = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/green/1";
const BLUE: &str = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/blue/1";

pub fn json_call(world: &World, operation: &str, input: &Value) -> Response {
    let mut scene = world.scene.lock().unwrap();
    let answer = match operation {
        "PutLifecycleEventHookExecutionStatus" => {
            assert_eq!(
                (&input["deploymentId"], &input["lifecycleEventHookExecutionId"]),
                (&json!("d-1"), &json!("hook-1"))
            );
            world.puts.lock().unwrap().push(input["status"].as_str().unwrap().to_owned());
            if let Some((status, code)) = scene.put_errors.pop_front() {
                let body = json!({"__type": code, "message": "no"}).to_string();
                return (StatusCode::from_u16(status).unwrap(), body).into_response();
            }
            json!({"lifecycleEventHookExecutionId": "hook-1"})
        }
        "GetDeployment" => {
            json!({"deploymentInfo": {"creator": scene.creator, "status": scene.status, "loadBalancerInfo": {"targetGroupPairInfoList": [{
            "targetGroups": [{"name": "blue"}, {"name": "green"}],
            "prodTrafficRoute": {"listenerArns": ["prod"]}, "testTrafficRoute": {"listenerArns": ["test"]}}]}}})
        }
        "ListDeploymentTargets" => json!({"targetIds": ["c:s"]}),
        "GetDeploymentTarget" => {
            let mut looks = world.looks.lock().unwrap();
            *looks += 1;
            let status = if *looks > scene.shows_after { scene.lifecycle } else { "Pending" };
            json!({"deploymentTarget": {"deploymentTargetType": "ECSTarget", "ecsTarget": {
            "lifecycleEvents": [{"lifecycleEventName": "AfterAllowTestTraffic", "status": status}],
            "taskSetsInfo": [
                {"identifer": "ecs-svc/1", "taskSetLabel": "Blue", "targetGroup": {"name": "blue"}},
                {"identifer": "ecs-svc/2", "taskSetLabel": "Green", "targetGroup": {"name": "green"}}]}}})
        }
        "DescribeTaskSets" => {
            json!({"taskSets": [{"id": "ecs-svc/2", "externalId": scene.external_id, "taskDefinition": "td:2",
            "computedDesiredCount": scene.targets, "runningCount": scene.targets, "pendingCount": 0,
            "loadBalancers": [{"targetGroupArn": GREEN, "containerName": "web", "containerPort": 8000}]}]})
        }
        "DescribeTaskDefinition" => json!({"taskDefinition": {"containerDefinitions": [
            {"name": "sidecar", "image": "proxy:1"}, {"name": "web", "image": format!("registry/app@{DIGEST}")}]}}),
        "DescribeServiceRevisions" => json!({"serviceRevisions": [{"serviceRevisionArn": "green",
            "containerImages": [{"containerName": "web", "imageDigest": DIGEST}],
            "loadBalancers": [{"targetGroupArn": BLUE, "containerName": "web", "advancedConfiguration": {
                "alternateTargetGroupArn": GREEN, "productionListenerRule": rule_arn("prod"), "testListenerRule": rule_arn("test")}}],
            "resolvedConfiguration": {"loadBalancers": [{"targetGroupArn": GREEN}]}}], "failures": []}),
        "DescribeServiceDeployments" => {
            let count = scene.targets;
            let action = if scene.fails_open { "CONTINUE" } else { "ROLLBACK" };
            let status = if scene.rolls_back { "ROLLBACK_IN_PROGRESS" } else { "IN_PROGRESS" };
            json!({"serviceDeployments": [{"status": status, "targetServiceRevision": {"arn": "green",
                "requestedTaskCount": count, "runningTaskCount": count, "pendingTaskCount": 0},
                "lifecycleHookDetails": [{"hookId": "h", "targetType": "AWS_LAMBDA", "timeoutAction": action}]}], "failures": []})
        }
        "DescribeAlarms" => {
            json!({"MetricAlarms": [{"AlarmName": "errors", "StateValue": "OK"}], "CompositeAlarms": []})
        }
        "GetParameter" => json!({"Parameter": {"Name": "/key", "Value": SECRET, "Type": "SecureString"}}),
        other => panic!("unexpected call {other}"),
    };
    answer.to_string().into_response()
}

fn rule_arn(listener: &str) -> String {
    format!("arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/lb/1/{listener}/9")
}

/// `production`: the call is about production's listener, which leads to blue.
pub fn elb(world: &World, action: &str, production: bool) -> String {
    let scene = world.scene.lock().unwrap();
    let group = |name: &str, arn: &str| {
        format!(
            "<member><TargetGroupName>{name}</TargetGroupName><TargetGroupArn>{arn}</TargetGroupArn></member>"
        )
    };
    let tuple = |arn: &str, weight: u32| {
        format!("<member><TargetGroupArn>{arn}</TargetGroupArn><Weight>{weight}</Weight></member>")
    };
    match action {
        "DescribeTargetGroups" => {
            format!("<TargetGroups>{}{}</TargetGroups>", group("blue", BLUE), group("green", GREEN))
        }
        "DescribeListeners" => {
            let blue_only = production || world.started.elapsed() < scene.flips_after;
            let to = match (blue_only, &scene.rules) {
                (true, _) => tuple(BLUE, 1),
                (false, None) => tuple(GREEN, 100) + &tuple(BLUE, scene.blue_weight),
                (false, Some(_)) => tuple(&GREEN.replace("green", "other"), 1),
            };
            let (protocol, port) = scene.listener.unwrap_or(("HTTP", world.port));
            format!(
                "<Listeners><member><ListenerArn>test</ListenerArn><LoadBalancerArn>lb</LoadBalancerArn><Port>{port}</Port>\
                 <Protocol>{protocol}</Protocol><DefaultActions><member><Type>forward</Type><ForwardConfig><TargetGroups>{to}\
                 </TargetGroups></ForwardConfig></member></DefaultActions></member></Listeners>"
            )
        }
        "DescribeRules" => {
            format!("<Rules>{}</Rules>", scene.rules.as_deref().filter(|_| !production).unwrap_or_default())
        }
        "DescribeLoadBalancers" => {
            "<LoadBalancers><member><DNSName>127.0.0.1</DNSName></member></LoadBalancers>".to_owned()
        }
        "DescribeTargetHealth" => {
            let state = scene.target_state;
            let why = match state {
                "healthy" => "",
                _ => {
                    "<Reason>Target.ResponseCodeMismatch</Reason><Description>Health checks failed with these codes: [500]</Description>"
                }
            };
            let one = format!(
                "<member><Target><Id>10.0.0.1</Id><Port>8000</Port></Target><TargetHealth><State>{state}</State>{why}</TargetHealth></member>"
            );
            format!("<TargetHealthDescriptions>{}</TargetHealthDescriptions>", one.repeat(scene.targets))
        }
        other => panic!("unexpected call {other}"),
    }
}

pub fn xml(action: &str, result: &str) -> Response {
    let space = "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/";
    let body = format!(
        "<{action}Response xmlns=\"{space}\"><{action}Result>{result}</{action}Result></{action}Response>"
    );
    ([("content-type", "text/xml")], body).into_response()
}

/// A rule that sends to green what meets these conditions.
pub fn rule(priority: u32, conditions: &str) -> String {
    format!(
        "<member><RuleArn>r</RuleArn><Priority>{priority}</Priority><IsDefault>false</IsDefault><Conditions>{conditions}</Conditions>\
         <Actions><member><Type>forward</Type><TargetGroupArn>{GREEN}</TargetGroupArn></member></Actions></member>"
    )
}

pub fn header_condition(name: &str, value: &str) -> String {
    format!(
        "<member><Field>http-header</Field><HttpHeaderConfig><HttpHeaderName>{name}</HttpHeaderName><Values><member>{value}</member>\
         </Values></HttpHeaderConfig></member>"
    )
}

pub fn path_condition(pattern: &str) -> String {
    format!(
        "<member><Field>path-pattern</Field><PathPatternConfig><Values><member>{pattern}</member></Values></PathPatternConfig></member>"
    )
}
