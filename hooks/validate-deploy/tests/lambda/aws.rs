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
        "GetDeployment" => json!({"deploymentInfo": {"loadBalancerInfo": {"targetGroupPairInfoList": [{
            "targetGroups": [{"name": "blue"}, {"name": "green"}],
            "prodTrafficRoute": {"listenerArns": ["prod"]}, "testTrafficRoute": {"listenerArns": ["test"]}}]}}}),
        "ListDeploymentTargets" => json!({"targetIds": ["c:s"]}),
        "GetDeploymentTarget" => {
            json!({"deploymentTarget": {"deploymentTargetType": "ECSTarget", "ecsTarget": {
            "lifecycleEvents": [{"lifecycleEventName": "AfterAllowTestTraffic", "status": scene.lifecycle}],
            "taskSetsInfo": [
                {"identifer": "ecs-svc/1", "taskSetLabel": "Blue", "targetGroup": {"name": "blue"}},
                {"identifer": "ecs-svc/2", "taskSetLabel": "Green", "targetGroup": {"name": "green"}}]}}})
        }
        "DescribeTaskSets" => {
            json!({"taskSets": [{"id": "ecs-svc/2", "externalId": "d-1", "taskDefinition": "td:2",
            "computedDesiredCount": scene.pool.len(), "runningCount": scene.pool.len(), "pendingCount": 0,
            "loadBalancers": [{"targetGroupArn": GREEN, "containerName": "web", "containerPort": 8000}]}]})
        }
        "DescribeTaskDefinition" => json!({"taskDefinition": {"containerDefinitions": [
            {"name": "sidecar", "image": "proxy:1"}, {"name": "web", "image": format!("registry/app@{DIGEST}")}]}}),
        "GetParameter" => json!({"Parameter": {"Name": "/key", "Value": SECRET, "Type": "SecureString"}}),
        other => panic!("unexpected call {other}"),
    };
    answer.to_string().into_response()
}

pub fn elb(world: &World, action: &str) -> String {
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
        "DescribeListeners" => format!(
            "<Listeners><member><ListenerArn>test</ListenerArn><LoadBalancerArn>lb</LoadBalancerArn><Port>{}</Port>\
             <Protocol>HTTP</Protocol><DefaultActions><member><Type>forward</Type><ForwardConfig><TargetGroups>{}{}\
             </TargetGroups></ForwardConfig></member></DefaultActions></member></Listeners>",
            world.port,
            tuple(GREEN, 100),
            tuple(BLUE, scene.blue_weight)
        ),
        "DescribeRules" => "<Rules/>".to_owned(),
        "DescribeLoadBalancers" => {
            "<LoadBalancers><member><DNSName>127.0.0.1</DNSName></member></LoadBalancers>".to_owned()
        }
        "DescribeTargetHealth" => {
            let state = scene.target_state;
            let one = format!(
                "<member><Target><Id>10.0.0.1</Id><Port>8000</Port></Target><TargetHealth><State>{state}</State></TargetHealth></member>"
            );
            format!("<TargetHealthDescriptions>{}</TargetHealthDescriptions>", one.repeat(scene.pool.len()))
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
