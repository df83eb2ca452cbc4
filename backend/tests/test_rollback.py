"""Rollbacks of a stage: CodePipeline runs it alone, under a new execution, with what was released before."""

import json

import pytest

from journal import dora, projection, repository
from tests.builders import EXECUTION, SHA, action, of, pipeline, report, stage, whole_execution
from tests.conftest import REPORTS_BUCKET
from tests.test_events import releases, send_all

pytestmark = pytest.mark.usefixtures("table")

BAD, BACK = "bad-0001", "back-0001"
AUTOMATIC = {
    "trigger-type": "AutomatedRollback",
    "trigger-detail": json.dumps({"FailedPipelineExecutionId": BAD}),
}
MANUAL = {"trigger-type": "ManualRollback", "trigger-detail": "arn:aws:sts::123456789012:assumed-role/ops/mira"}


def failed_release() -> list[dict]:
    return of(BAD, [stage("Prod", "STARTED", "10:00:00"), stage("Prod", "FAILED", "10:05:00")])


def rollback(trigger: dict, deployment: str = "d-BACK00001") -> list[dict]:
    deployed = {"external-execution-id": deployment}
    return of(
        BACK,
        [
            pipeline("STARTED", "10:05:01", trigger),
            stage("Prod", "STARTED", "10:05:02"),
            action("Prod", "Deploy", "SUCCEEDED", "10:09:00", "Deploy", deployed),
            stage("Prod", "SUCCEEDED", "10:09:30"),
            # Only the first event of an execution tells what made it run.
            pipeline("SUCCEEDED", "10:09:31"),
        ],
    )


def live(client) -> dict:
    return client.get("/api/environments").json()["items"][1]["live"]


@pytest.mark.parametrize("backwards", [False, True])
def test_what_is_live_after_an_automatic_rollback(client, post, backwards):
    bodies = [*whole_execution()[3:], *failed_release(), *rollback(AUTOMATIC)]
    send_all(post, reversed(bodies) if backwards else bodies)
    told = live(client)
    assert (told["id"], told["status"], told["git_sha"]) == (BACK, "succeeded", None)
    assert told["rollback"] == {
        "automatic": True,
        "by": None,
        "failed_release": BAD,
        "restored": {"id": EXECUTION, "git_sha": SHA, "message": "journal: show who approved"},
    }
    detail = client.get(f"/api/releases/{BACK}").json()
    assert detail["releases"] == [told]
    # Lists take a constant number of requests, so they do not look for it.
    assert releases(client)["prod"]["rollback"] is None or releases(client)["prod"]["rollback"]["restored"] is None
    prod = json.loads(repository.get_day("prod", "2025-03-01")["summary"])
    assert (prod["succeeded"], prod["failed"], prod["restores"]) == (1, 1, {"270": 1})


def test_a_person_s_rollback_is_known_by_its_image(client, post, moto):
    """Not the last success is back but the one before: only the image that runs tells it."""
    older = of("older-0001", [stage("Prod", "STARTED", "08:00:00"), stage("Prod", "SUCCEEDED", "08:30:00")])
    deployed = {"external-execution-id": "d-OLDER0001"}
    older += of("older-0001", [action("Prod", "Deploy", "SUCCEEDED", "08:20:00", "Deploy", deployed)])
    for deployment in ("d-OLDER0001", "d-BACK00001"):
        body = json.dumps(report(deployment)).encode()
        moto.put_object(Bucket=REPORTS_BUCKET, Key=f"reports/prod/{deployment}.json", Body=body)
    send_all(post, [*older, *whole_execution()[3:], *rollback(MANUAL)])
    for deployment in ("d-OLDER0001", "d-BACK00001"):
        moto.delete_object(Bucket=REPORTS_BUCKET, Key=f"reports/prod/{deployment}.json")
    told = live(client)["rollback"]
    assert (told["automatic"], told["by"], told["failed_release"]) == (False, MANUAL["trigger-detail"], None)
    assert told["restored"]["id"] == "older-0001"
    # The release that the person took back had succeeded, and was a failure after all.
    day = dora.Day.load(repository.get_day("prod", "2025-03-01")["summary"])
    assert (day.succeeded, day.failed, day.taken_back) == (2, 0, 1)


def test_what_a_person_s_rollback_brought_back_may_be_unknown(client, post):
    send_all(post, [*whole_execution()[3:], *rollback(MANUAL)])
    assert live(client)["rollback"]["restored"] is None


def test_an_ordinary_start_is_no_rollback(client, post):
    trigger = {"trigger-type": "WebhookV2", "trigger-detail": "arn:aws:codeconnections:…"}
    send_all(post, of(BACK, [pipeline("STARTED", "10:05:01", trigger), stage("Prod", "STARTED", "10:05:02")]))
    assert releases(client)["prod"]["rollback"] is None


@pytest.mark.parametrize("trigger", ["x", {}, {"trigger-type": 7}, {"trigger-type": ""}, [], None, 1])
def test_triggers_of_another_form_are_none(client, post, trigger):
    bodies = of(BACK, [pipeline("STARTED", "10:05:01"), stage("Prod", "STARTED", "10:05:02")])
    bodies[0]["detail"]["execution-trigger"] = trigger
    send_all(post, bodies)
    assert releases(client)["prod"]["rollback"] is None


@pytest.mark.parametrize("detail", [None, "", "x", "[]", "7", "{}", '{"FailedPipelineExecutionId":7}', "[" * 2000])
def test_details_of_another_form_name_no_release(detail):
    trigger = json.dumps({"type": "AutomatedRollback", "detail": detail})
    assert projection.rollback_of({"trigger": trigger})["failed_release"] is None
