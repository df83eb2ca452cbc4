"""What hooks are mostly written like: Python and botocore (Lambda's own Python runtime brings it), one check after the other.

It does what the benchmark's validate-deploy does: finds green, looks at its health, asks for the version as often, makes the same ten
checks, reports. It keeps none of validate-deploy's promises.
"""

import json
import os
import tomllib
import urllib.request

import botocore.session

api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
session = botocore.session.get_session()
codedeploy, ecs, elb = (session.create_client(name) for name in ("codedeploy", "ecs", "elbv2"))


def get(url: str) -> tuple[int, dict[str, str], bytes]:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()


def judge(deployment: str) -> None:
    config = tomllib.loads(os.environ["VALIDATE_CONFIG"])
    info = codedeploy.get_deployment(deploymentId=deployment)["deploymentInfo"]
    (target_id,) = codedeploy.list_deployment_targets(deploymentId=deployment)["targetIds"]
    target = codedeploy.get_deployment_target(deploymentId=deployment, targetId=target_id)["deploymentTarget"]["ecsTarget"]
    assert any(event["status"] == "InProgress" for event in target["lifecycleEvents"])
    cluster, service = target_id.split(":")
    (green,) = [it for it in ecs.describe_task_sets(cluster=cluster, service=service)["taskSets"] if it["externalId"] == deployment]
    definition = ecs.describe_task_definition(taskDefinition=green["taskDefinition"])["taskDefinition"]
    version = definition["containerDefinitions"][0]["image"].split("@")[1]
    pair = info["loadBalancerInfo"]["targetGroupPairInfoList"][0]
    elb.describe_target_groups(Names=[group["name"] for group in pair["targetGroups"]])
    arn = pair["testTrafficRoute"]["listenerArns"][0]
    listener = elb.describe_listeners(ListenerArns=[arn])["Listeners"][0]
    name = elb.describe_load_balancers(LoadBalancerArns=[listener["LoadBalancerArn"]])["LoadBalancers"][0]["DNSName"]
    elb.describe_rules(ListenerArn=arn)
    for _ in range(2):
        health = elb.describe_target_health(TargetGroupArn=green["loadBalancers"][0]["targetGroupArn"])
        targets = health["TargetHealthDescriptions"]
        assert all(it["TargetHealth"]["State"] == "healthy" for it in targets)
    base = f"http://{name}:{listener['Port']}"
    for _ in range(14 * len(targets)):
        _, headers, _ = get(base + config["identity"]["path"])
        assert headers[config["identity"]["header"].lower()] == version
    for check in config["check"]:
        status, _, body = get(base + check["path"])
        assert status == check["expect"]["status"] and json.loads(body)["status"] == "ok"


while True:
    with urllib.request.urlopen(f"{api}/next") as answer:
        event, request = json.load(answer), answer.headers["Lambda-Runtime-Aws-Request-Id"]
    try:
        judge(event["DeploymentId"])
        verdict = "Succeeded"
    except Exception as error:
        print(error)
        verdict = "Failed"
    codedeploy.put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"], lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"], status=verdict
    )
    urllib.request.urlopen(f"{api}/{request}/response", data=b"{}")
