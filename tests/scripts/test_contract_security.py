"""What holds for the whole system, whichever module makes it: nothing is open to the Internet but CloudFront, everything is encrypted, and what
stands between a release and its visitors (hook, alarms, gate) is wired to what there is.
"""

import json
import re

import pytest
from made import ROOT, of_type, resources, roots

ENVIRONMENTS = ["test", "prod"]
pytestmark = pytest.mark.filterwarnings("error")


def everywhere(kind: str) -> list[tuple[str, dict]]:
    found = [(f"{root} {address}", values) for root in roots() for address, values in of_type(root, kind).items()]
    assert found, f"no root makes an {kind}"
    return found


def beside(root: str, address: str, kind: str) -> dict:
    """The resource of another kind that the same module makes for the same bucket: `….aws_s3_bucket.site` and `….KIND.site`."""
    module, name = address.rsplit("aws_s3_bucket.", 1)
    found = of_type(root, kind).get(f"{module}{kind}.{name}")
    assert found, f"{root} {address} has no {kind}"
    return found


def test_nothing_lets_in_the_internet() -> None:
    for place, rule in everywhere("aws_vpc_security_group_ingress_rule"):
        for attribute in ("cidr_ipv4", "cidr_ipv6"):
            assert not str(rule.get(attribute) or "").endswith("/0"), f"{place} lets in everybody"
    for place, group in everywhere("aws_default_security_group"):
        assert not group.get("ingress") and not group.get("egress"), f"{place} is not closed"
    for place, balancer in everywhere("aws_lb"):
        assert balancer["internal"] is True, f"{place} has a public address"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_only_the_hook_reaches_the_test_listener(environment: str) -> None:
    root = f"{environment}/load_balancer"
    (listener,) = [values for address, values in of_type(root, "aws_lb_listener").items() if address.endswith(".test")]
    groups = {address: values["id"] for address, values in of_type(root, "aws_security_group").items()}
    rules = of_type(root, "aws_vpc_security_group_ingress_rule").values()
    reaching = [rule for rule in rules if rule["from_port"] <= listener["port"] <= rule["to_port"]]
    (rule,) = [rule for rule in reaching if rule["security_group_id"] == groups["module.alb_group.aws_security_group.this"]]
    assert rule["referenced_security_group_id"] == groups["module.hook_group.aws_security_group.this"]
    assert not rule.get("cidr_ipv4") and not rule.get("cidr_ipv6") and not rule.get("prefix_list_id")


def test_every_bucket_is_private_encrypted_versioned_and_tls_only() -> None:
    for root in roots():
        for address in of_type(root, "aws_s3_bucket"):
            block = beside(root, address, "aws_s3_bucket_public_access_block")
            for attribute in ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"):
                assert block[attribute] is True, f"{root} {address}: {attribute}"
            (rule,) = beside(root, address, "aws_s3_bucket_server_side_encryption_configuration")["rule"]
            # Log delivery knows no key of ours (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html, 2026-11).
            wanted = "AES256" if "log" in address else "aws:kms"
            assert rule["apply_server_side_encryption_by_default"][0]["sse_algorithm"] == wanted, f"{root} {address}"
            # Access logs are written once and expire.
            if "log" not in address:
                (versioning,) = beside(root, address, "aws_s3_bucket_versioning")["versioning_configuration"]
                assert versioning["status"] == "Enabled", f"{root} {address}"
            policy = json.loads(beside(root, address, "aws_s3_bucket_policy")["policy"])["Statement"]
            (tls,) = [one for one in policy if one["Effect"] == "Deny" and one.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}]
            assert tls["Principal"] == "*" and tls["Action"] == "s3:*" and len(tls["Resource"]) == 2, f"{root} {address}"


def test_nobody_is_let_in_by_a_resource_policy_without_a_condition() -> None:
    """A principal that is a service or another account is bound to this account, one distribution or named roles."""
    for kind in ("aws_s3_bucket_policy", "aws_sns_topic_policy", "aws_sqs_queue_policy", "aws_kms_key"):
        for place, values in everywhere(kind):
            for one in json.loads(values["policy"])["Statement"]:
                own = one["Principal"] != "*" and str(one["Principal"].get("AWS", "")).endswith(":root")
                # Load balancers deliver to the folder of their account, and have no other name to bind
                # (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html, 2026-11).
                own = own or ("elasticloadbalancing" in str(one["Principal"]) and str(one["Resource"]).endswith("/AWSLogs/123456789012/*"))
                if one["Effect"] == "Allow" and not own:
                    assert one["Principal"] != "*", f"{place}: {one}"
                    assert one.get("Condition"), f"{place}: {one}"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_records_of_publish_frontend_are_kept_from_visitors(environment: str) -> None:
    """The prefix is publish-frontend's own."""
    source = (ROOT / "tools/core/src/frontend/own.rs").read_text()
    folder = re.search(r'^pub const FOLDER: &str = "([^"]+)";', source, flags=re.M)[1]
    (policy,) = of_type(f"{environment}/frontend", "aws_s3_bucket_policy").values()
    refused = [one for one in json.loads(policy["policy"])["Statement"] if one["Effect"] == "Deny" and one["Principal"] != "*"]
    assert [(one["Action"], one["Principal"]) for one in refused] == [("s3:GetObject", {"Service": "cloudfront.amazonaws.com"})]
    assert "Condition" not in refused[0]
    assert {arn.split(":::", 1)[1].split("/", 1)[1] for arn in refused[0]["Resource"]} == {f"{folder}*", f"*/{folder}*"}


def test_logs_topics_queues_tables_and_artifacts_are_encrypted_with_a_key_of_ours() -> None:
    for kind, attribute in (("aws_cloudwatch_log_group", "kms_key_id"), ("aws_sns_topic", "kms_master_key_id"), ("aws_sqs_queue", "kms_master_key_id")):
        for place, values in everywhere(kind):
            if "us_east_1" not in place and "web_acl" not in place:
                assert str(values[attribute]).startswith("arn:aws:kms:"), f"{place}: {attribute}"
    for place, table in everywhere("aws_dynamodb_table"):
        assert table["server_side_encryption"][0]["enabled"] is True and table["server_side_encryption"][0]["kms_key_arn"], place
        assert table["point_in_time_recovery"][0]["enabled"] is True, place
    for place, repository in everywhere("aws_ecr_repository"):
        assert repository["encryption_configuration"][0]["encryption_type"] == "KMS" and repository["image_tag_mutability"] == "IMMUTABLE", place
    for place, pipeline in everywhere("aws_codepipeline"):
        assert [store["encryption_key"][0]["type"] for store in pipeline["artifact_store"]] == ["KMS"], place
    for place, project in everywhere("aws_codebuild_project"):
        assert str(project["encryption_key"]).startswith("arn:aws:kms:"), place
    for place, key in everywhere("aws_kms_key"):
        assert key["enable_key_rotation"] is True, place


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_deployment_asks_the_hook_and_goes_back_on_alarms_that_there_are(environment: str) -> None:
    root = f"{environment}/deployment"
    (group,) = of_type(root, "aws_codedeploy_deployment_group").values()
    (alarms,) = group["alarm_configuration"]
    assert alarms["enabled"] is True and alarms["ignore_poll_alarm_failure"] is False
    # The names travel by a parameter: `backend` writes it, and the test of `deployment` stands in for it with names of its own.
    made = {values["alarm_name"] for address, values in of_type(f"{environment}/backend", "aws_cloudwatch_metric_alarm").items() if "rollback" in address}
    (told,) = [one["value"] for one in of_type(f"{environment}/backend", "aws_ssm_parameter").values() if one["name"].endswith("/backend/rollback_alarm_names")]
    assert set(told.split(",")) == made and len(made) == 3
    stood_in = re.search(r'rollback_alarm_names = "([^"]+)"', (ROOT / f"terraform/live/{root}/tests/root.tftest.hcl").read_text())[1]
    assert set(alarms["alarms"]) == set(stood_in.split(","))
    (rollback,) = group["auto_rollback_configuration"]
    assert rollback["enabled"] is True and set(rollback["events"]) >= {"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"}
    (function,) = of_type(root, "aws_lambda_function").values()
    policy = json.loads(of_type(root, "aws_iam_role_policy")["module.codedeploy.aws_iam_role_policy.this"]["policy"])["Statement"]
    (ask,) = [one for one in policy if "lambda:InvokeFunction" in one["Action"]]
    assert ask["Resource"] == [function["arn"]]
    (listeners,) = [one for one in policy if "elasticloadbalancing:ModifyListener" in one["Action"]]
    (pair,) = group["load_balancer_info"][0]["target_group_pair_info"]
    assert set(listeners["Resource"]) == {*pair["prod_traffic_route"][0]["listener_arns"], *pair["test_traffic_route"][0]["listener_arns"]}


def test_both_environments_go_back_when_their_stage_fails() -> None:
    (pipeline,) = of_type("shared/cicd/codepipeline", "aws_codepipeline").values()
    by_name = {stage["name"]: stage for stage in pipeline["stage"]}
    for name in ("Test", "Prod"):
        assert [failure["result"] for failure in by_name[name]["on_failure"]] == ["ROLLBACK"], name
    assert by_name["Approve"]["action"][0]["configuration"]["NotificationArn"].startswith("arn:aws:sns:")


def test_every_provider_names_the_account_that_it_may_change() -> None:
    files = [path for path in (ROOT / "terraform/live").rglob("terraform.tf") if ".terraform/" not in str(path)]
    assert len(files) == len(roots())
    for path in files:
        text = path.read_text()
        providers = len(re.findall(r'^provider "aws" \{', text, flags=re.M))
        assert providers and text.count("allowed_account_ids = [") == providers, path


def test_no_secret_is_a_value_in_a_build_or_a_task() -> None:
    """Names that sound like secrets come from the parameter store, nowhere as text."""
    secret = re.compile(r"PASSWORD|SECRET|TOKEN|_KEY$")
    for place, project in everywhere("aws_codebuild_project"):
        for variable in project["environment"][0]["environment_variable"]:
            assert not secret.search(variable["name"]) or variable["type"] == "PARAMETER_STORE", f"{place}: {variable['name']}"
    for place, definition in everywhere("aws_ecs_task_definition"):
        for container in json.loads(definition["container_definitions"]):
            assert not [one["name"] for one in container["environment"] if secret.search(one["name"])], place
    parameters = [resource for root in roots() for resource in resources(root).values() if resource["type"] == "aws_ssm_parameter"]
    assert not [one["values"]["name"] for one in parameters if secret.search(one["values"]["name"].upper().replace("-", "_"))], "secrets are setup.sh's to write"
