"""What each role may do covers what the programs can call, and nothing else but written exceptions. What they were seen to call is in
test_contract_seen.py.

The calls are read from the programs' sources: every AWS call names its service and operation for its error message (AwsError::new), and the
hook has a list of its own, which `validate-deploy explain --iam` prints.
"""

import json
import re

import pytest
from iam import AUTHORISED_AS, EXCEPTIONS, IMAGE_SCRIPT, NOT_GRANTED, NOT_SEEN, granted
from made import ROOT, actions, of_type, resources, roots

TABLE = {"get_item": "GetItem", "put_item": "PutItem", "update_item": "UpdateItem", "query": "Query", "scan": "Scan", "delete_item": "DeleteItem", "batch_get_item": "BatchGetItem"}


def called_by(folder: str) -> set[str]:
    found = set()
    for path in (ROOT / folder).rglob("*.rs"):
        for service, operation in re.findall(r'AwsError::new\(\s*"([a-z0-9-]+)",\s*"([A-Za-z0-9]+)"', path.read_text()):
            found.add(f"{service}:{operation}")
        # A closure or a constant stands for the service in some files.
        text = path.read_text()
        for constant, service in re.findall(r'const ([A-Z0-9_]+): &str = "([a-z0-9-]+)";', text):
            found |= {f"{service}:{operation}" for operation in re.findall(rf'AwsError::new\({constant}, "([A-Za-z0-9]+)"', text)}
    return {action for call in found for action in AUTHORISED_AS.get(call, (call,))}


def calls(role: str) -> set[str]:
    match role:
        case "hook":
            listed = set(re.findall(r'"([a-z0-9]+:[A-Za-z]+)"', (ROOT / "hooks/validate-deploy/src/iam.rs").read_text()))
            assert called_by("hooks/validate-deploy/src") <= listed
            return listed
        case "publish":
            return called_by("tools/publish-frontend/src")
        case "backend":
            return called_by("tools/render-taskdef/src") | IMAGE_SCRIPT
        case "approver":
            return called_by("tools/approve/src")
        case "task":
            source = "".join(path.read_text() for path in (ROOT / "backend/journal").glob("*.py"))
            found = {f"dynamodb:{name}" for method, name in TABLE.items() if re.search(rf"\.{method}\(", source)}
            if "transact_write_items" in source:
                found |= {f"dynamodb:{name}Item" for name in re.findall(r'"(Put|Update|Delete)":', source)}
            return found | ({"s3:GetObject"} if re.search(r"\.get_object\(", source) else set())
    raise AssertionError(role)


def test_the_search_finds_calls() -> None:
    assert {"s3:PutObject", "s3:ListBucket", "cloudfront:CreateInvalidation", "cloudfront:GetInvalidation"} <= calls("publish")
    assert {"ecr:DescribeImages", "ssm:GetParameters"} <= calls("backend")
    assert {"codepipeline:PutApprovalResult", "codepipeline:GetPipelineState"} <= calls("approver")
    assert "dynamodb:Query" in calls("task")


@pytest.mark.parametrize("environment", ["test", "prod"])
@pytest.mark.parametrize("role", ["hook", "publish", "backend", "approver", "task"])
def test_granted_is_called_or_excepted(role: str, environment: str) -> None:
    may, does = granted(role, environment), calls(role) - set(NOT_GRANTED.get(role, {}))
    assert does <= may, f"{role} calls what it may not: {sorted(does - may)}"
    excepted = set(EXCEPTIONS[role])
    assert may - does <= excepted, f"{role} may what nothing calls: {sorted(may - does - excepted)}"
    assert excepted <= may, f"{role}: listed, but not granted: {sorted(excepted - may)}"


def test_exceptions_have_reasons() -> None:
    for listed in (*EXCEPTIONS.values(), *NOT_GRANTED.values(), *NOT_SEEN.values()):
        for action, reason in listed.items():
            assert len(reason) >= 15, action


def policies() -> list[tuple[str, dict]]:
    found = []
    for root in roots():
        for address, resource in resources(root).items():
            if resource["type"] == "aws_iam_role_policy" or (resource["type"] == "aws_iam_policy" and "boundary" not in address):
                found += [(f"{root} {address}", one) for one in json.loads(resource["values"]["policy"])["Statement"]]
    return found


def test_no_action_is_a_wildcard() -> None:
    for place, statement in policies():
        assert not any("*" in action for action in actions([statement])), f"{place}: {statement}"


# Actions that have no resource to name
# (https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html, 2026-11).
WITHOUT_RESOURCE = re.compile(
    r"ecr:GetAuthorizationToken|elasticloadbalancing:Describe|ecs:(DescribeTaskDefinition|RegisterTaskDefinition)|codepipeline:ListPipelines|"
    r"ec2:\w+(NetworkInterface|NetworkInterfaces|Subnets|PrivateIpAddresses)|xray:Put"
)


def test_everything_that_has_a_resource_names_it() -> None:
    for place, statement in policies():
        if "*" in ([statement["Resource"]] if isinstance(statement["Resource"], str) else statement["Resource"]):
            for action in actions([statement]):
                assert WITHOUT_RESOURCE.match(action), f"{place}: {action} on *"


def test_pass_role_hands_tasks_their_two_roles() -> None:
    found = [(place, statement) for place, statement in policies() if "iam:PassRole" in actions([statement])]
    assert len(found) == 3, "two CodeDeploy roles and the pipeline"
    for place, statement in found:
        assert statement["Condition"]["StringEquals"]["iam:PassedToService"] == "ecs-tasks.amazonaws.com", place
        assert not any("*" in arn for arn in statement["Resource"]), place
        assert len(statement["Resource"]) == (4 if "codepipeline" in place else 2), place


def test_every_role_has_the_boundary() -> None:
    count = 0
    for root in roots():
        for address, values in of_type(root, "aws_iam_role").items():
            assert values["permissions_boundary"], f"{root} {address}"
            count += 1
    assert count >= 19, count


def test_the_boundary_lets_through_what_roles_are_granted() -> None:
    (policy,) = [values for address, values in of_type("shared/setup/security", "aws_iam_policy").items() if "module.test" in address]
    allowed = {action for one in json.loads(policy["policy"])["Statement"] if one["Effect"] == "Allow" for action in actions([one])}
    patterns = [re.compile(re.escape(action).replace(r"\*", ".*") + "$") for action in allowed]
    for place, statement in policies():
        if "approver" in place:
            continue
        for action in actions([statement]):
            assert any(pattern.match(action) for pattern in patterns), f"{place}: {action} is beyond the boundary"
