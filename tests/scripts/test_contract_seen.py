"""What each role may do is what its program was seen to call in a release from the work tree to prod, and nothing else but what
iam-exceptions.yml lists with a reason. The other half, what the programs' sources can call, is in test_contract_iam.py.
"""

import json

import pytest
from iam import AUTHORISED_AS, EXCEPTIONS, IMAGE_SCRIPT, NOT_GRANTED, NOT_SEEN, granted
from local_world import LocalWorld
from made import ROOT

ROLES = ["hook", "publish", "backend", "approver", "task"]
# What the world's own engines call as ECS, CodeDeploy and so on would; `local-pipeline` itself starts and follows releases.
OF_THE_WORLD = {"execution": {"ssm:GetParameters"}}
OF_THE_DRIVER = ("codepipeline:", "oci:", "codebuild:", "codedeploy:")


@pytest.fixture(scope="module")
def seen(world: LocalWorld) -> dict[str, set[str]]:
    """IAM actions by role, also kept for people: .local/reports/seen-actions.json."""
    found = {role: {action for call in calls for action in AUTHORISED_AS.get(call, (call,))} for role, calls in world.seen.items()}
    path = ROOT / ".local/reports/seen-actions.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({role: sorted(actions) for role, actions in sorted(found.items())}, indent=1) + "\n", encoding="utf-8")
    return found


def test_the_release_was_recorded(seen: dict[str, set[str]]) -> None:
    assert {"s3:PutObject", "s3:ListBucket", "cloudfront:CreateInvalidation"} <= seen["publish"]
    assert {"codedeploy:PutLifecycleEventHookExecutionStatus", "s3:PutObject"} <= seen["hook"]
    assert "codepipeline:PutApprovalResult" in seen["approver"]
    assert {"dynamodb:Query", "dynamodb:UpdateItem"} & seen["task"]
    assert seen["backend"]


@pytest.mark.parametrize("environment", ["test", "prod"])
@pytest.mark.parametrize("role", ROLES)
def test_what_was_seen_is_granted_and_what_is_granted_was_seen(seen: dict[str, set[str]], role: str, environment: str) -> None:
    may = granted(role, environment)
    does = seen[role] | (IMAGE_SCRIPT if role == "backend" else set())
    refused = does - may - set(NOT_GRANTED.get(role, {}))
    assert not refused, f"AWS would have refused {role}: {sorted(refused)}"
    listed = set(NOT_SEEN.get(role, {}))
    idle = may - does - set(EXCEPTIONS[role]) - listed
    assert not idle, f"{role} may what nothing was seen to do: {sorted(idle)}"
    assert listed <= may, f"{role}: listed as not seen, but not granted: {sorted(listed - may)}"


def test_smoke_tests_need_nothing_of_aws(seen: dict[str, set[str]]) -> None:
    assert seen["smoke"] == set()


def test_nothing_else_calls_aws(world: LocalWorld) -> None:
    """Builds that have a role without permissions (tools, frontend) really need none: what did not come by a role's address is the world's own."""
    rest = {call for call in world.unrecorded if not call.startswith(OF_THE_DRIVER)}
    assert rest <= OF_THE_WORLD["execution"], sorted(rest)
