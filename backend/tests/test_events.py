"""Events of the pipeline: in order, out of order, twice, interrupted, unknown, malformed."""

import json
from datetime import UTC, datetime

import pytest

from journal import projection, repository, services
from journal.problems import Unavailable
from journal.schemas import EventIn
from tests.builders import EXECUTION, SHA, action, deployment, event, pipeline, release, stage, whole_execution

pytestmark = pytest.mark.usefixtures("table")


def send_all(post, bodies) -> None:
    for body in bodies:
        answer = post("/api/events", body)
        assert (answer.status_code, answer.json()["known"]) == (200, True), answer.content


def releases(client) -> dict[str, dict]:
    return {item["environment"]: item for item in client.get("/api/releases").json()["items"]}


EXPECTED_PROD = {
    "id": EXECUTION,
    "environment": "prod",
    "status": "succeeded",
    "git_sha": SHA,
    "message": "journal: show who approved",
    "author": None,
    "image_digest": None,
    "started_at": "2025-03-01T09:40:01Z",
    "finished_at": "2025-03-01T09:40:01Z",
    "origin": "events",
    "pipeline": "greenlight",
    "approval": {
        "stage": "Approve",
        "action": "Release",
        "status": "approved",
        "requested_at": "2025-03-01T09:15:01Z",
        "decided_at": "2025-03-01T09:40:00Z",
        "summary": f"looks right · by ada · commit {SHA} · report Succeeded",
        "approver": "ada",
    },
    "deployment": {
        "id": "d-PROD00001",
        "status": "succeeded",
        "started_at": "2025-03-01T09:40:01Z",
        "finished_at": "2025-03-01T09:40:01Z",
    },
    "validation": None,
    "rollback": None,
}
EXPECTED_TEST = EXPECTED_PROD | {
    "environment": "test",
    "started_at": "2025-03-01T09:10:00Z",
    "finished_at": "2025-03-01T09:15:00Z",
    "approval": None,
    "deployment": {
        "id": "d-TEST00001",
        "status": "succeeded",
        "started_at": "2025-03-01T09:10:00Z",
        "finished_at": "2025-03-01T09:15:00Z",
    },
}


def check_whole_execution(client) -> None:
    assert releases(client) == {"test": EXPECTED_TEST, "prod": EXPECTED_PROD}
    detail = client.get(f"/api/releases/{EXECUTION}").json()
    assert [s["name"] for s in detail["stages"]] == ["Source", "Test", "Approve", "Prod"]
    assert {s["status"] for s in detail["stages"]} == {"succeeded"}
    assert (detail["pipeline"], detail["status"]) == ("greenlight", "succeeded")
    assert detail["approval"] == EXPECTED_PROD["approval"]
    assert detail["releases"] == [EXPECTED_TEST, EXPECTED_PROD]
    deploy = detail["stages"][3]["actions"][0]
    assert (deploy["name"], deploy["status"], deploy["external_id"]) == ("Deploy", "succeeded", "d-PROD00001")
    live = {i["environment"]: i["live"]["id"] for i in client.get("/api/environments").json()["items"]}
    assert live == {"test": EXECUTION, "prod": EXECUTION}


@pytest.mark.usefixtures("untraced")
def test_in_order(client, post):
    send_all(post, whole_execution())
    check_whole_execution(client)


@pytest.mark.usefixtures("untraced")
def test_backwards(client, post):
    send_all(post, reversed(whole_execution()))
    check_whole_execution(client)


def test_every_prefix_tells_what_is_known(client, post):
    bodies = whole_execution()
    send_all(post, bodies[:6])
    begun = {"status": "in_progress", "finished_at": None, "deployment": None}
    assert releases(client) == {"test": EXPECTED_TEST | begun}
    send_all(post, bodies[6:11])
    waiting = releases(client)
    assert waiting["test"] == EXPECTED_TEST
    assert (waiting["prod"]["status"], waiting["prod"]["started_at"]) == ("waiting", "2025-03-01T09:15:01Z")
    gate = client.get("/api/environments").json()["items"][1]
    assert (gate["live"], gate["in_progress"], gate["waiting"]["id"]) == (None, None, EXECUTION)
    approval = client.get(f"/api/releases/{EXECUTION}").json()["approval"]
    assert (approval["status"], approval["decided_at"], approval["summary"]) == ("waiting", None, None)
    send_all(post, bodies[11:14])
    prod = client.get("/api/environments").json()["items"][1]
    assert (prod["live"], prod["in_progress"]["id"], prod["waiting"]) == (None, EXECUTION, None)


def test_twice_is_a_duplicate_and_the_first_content_counts(client, post):
    first = stage("Test", "STARTED", "09:00:00", id="same-id")
    assert post("/api/events", first).json() == {"id": "same-id", "known": True, "duplicate": False}
    other = stage("Test", "FAILED", "10:00:00", id="same-id")
    assert post("/api/events", other).json() == {"id": "same-id", "known": True, "duplicate": True}
    assert releases(client)["test"]["status"] == "in_progress"


def test_failure_half_way_is_healed_by_the_next_delivery(client, post, monkeypatch):
    body = stage("Test", "SUCCEEDED", "09:00:00")
    with monkeypatch.context() as patch:
        patch.setattr(
            services.repository, "facts_and_releases", lambda _: (_ for _ in ()).throw(Unavailable("table away"))
        )
        assert post("/api/events", body).status_code == 503
    assert releases(client) == {}
    assert post("/api/events", body).json()["duplicate"] is True
    assert releases(client)["test"]["status"] == "succeeded"


def test_unknown_events_are_kept_raw_for_ninety_days(client, post):
    for body in (
        event("CodeDeploy Instance State-change Notification", "09:00:00", {}, source="aws.codedeploy"),
        stage("Test", "STARTED", "09:00:00", source="someone.else"),
    ):
        answer = post("/api/events", body)
        assert answer.status_code == 202
        assert answer.json() == {"id": body["id"], "known": False, "duplicate": False}
        assert post("/api/events", body).json()["duplicate"] is True
        stored = repository.get_event(body["id"])
        assert json.loads(stored["body"]) == body
        days = (int(stored["expires_at"]) - datetime.now(UTC).timestamp()) / 86400
        assert 89.9 < days <= 90
    assert releases(client) == {}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (event("CodePipeline Stage Execution State Change", "09:00:00", {"state": "STARTED"}), "stage"),
        (stage("Te#st", "STARTED", "09:00:00"), "stage"),
        (pipeline("started", "09:00:00"), "state"),
        (
            event("CodePipeline Pipeline Execution State Change", "09:00:00", {"execution-id": 7, "state": "X"}),
            "execution-id",
        ),
        (event("CodePipeline Action Execution State Change", "09:00:00", {"state": "STARTED", "stage": "A"}), "action"),
        (deployment("../../other", "SUCCESS", "09:00:00"), "deploymentId"),
    ],
)
def test_known_events_with_unusable_detail(post, body, said):
    answer = post("/api/events", body)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert repository.get_event(body["id"]) is None


@pytest.mark.parametrize(
    "changes", [{"id": "a b"}, {"time": "yesterday"}, {"detail": []}, {"detail-type": ""}, {"source": 1}]
)
def test_malformed_envelopes(post, changes):
    answer = post("/api/events", stage("Test", "STARTED", "09:00:00") | changes)
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_strange_text_is_taken(client, post):
    result = {"external-execution-id": SHA, "external-execution-summary": "caf\u00e9 \ud800 " + "x" * 9000}
    body = action("Source", "Checkout", "SUCCEEDED", "09:00:00", "Source", result)
    send_all(post, [body, stage("Test", "STARTED", "09:01:00")])
    message = releases(client)["test"]["message"]
    assert message.startswith("caf\u00e9 ? x")
    assert len(message) == 4096


def test_largest_event_is_kept_as_it_came(post):
    body = event("Other", "09:00:00", {"text": "", "number": 1e400}, more={"deep": [[[["\u00fc"]]]]})
    room = 256 * 1024 - len(json.dumps(body, ensure_ascii=False).encode("utf-8"))
    body["detail"]["text"] = "\u00fc" * (room // 2)
    sent = json.dumps(body, ensure_ascii=False)
    assert post("/api/events", sent).status_code == 202
    assert repository.get_event(body["id"])["body"] == sent


def test_body_in_another_encoding(post):
    body = stage("Test", "STARTED", "09:00:00")
    assert post("/api/events", json.dumps(body).encode("utf-16")).status_code == 422
    assert post("/api/events", json.dumps(body).encode("utf-8-sig")).status_code == 200


def test_body_nested_beyond_reason(post):
    answer = post("/api/events", "[" * 100_000 + "]" * 100_000)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_repeated_event_with_lone_surrogates(post):
    body = stage("Test", "STARTED", "09:00:00", more="\ud800")
    send_all(post, [body, body])


def test_retry_of_a_stage(client, post):
    send_all(post, [stage("Test", "STARTED", "09:00:00"), stage("Test", "FAILED", "09:05:00")])
    assert releases(client)["test"]["status"] == "failed"
    send_all(post, [stage("Test", "STARTED", "09:10:00")])
    moving = releases(client)["test"]
    assert (moving["status"], moving["started_at"], moving["finished_at"]) == (
        "in_progress",
        "2025-03-01T09:00:00Z",
        None,
    )
    send_all(post, [stage("Test", "SUCCEEDED", "09:15:00")])
    assert releases(client)["test"]["finished_at"] == "2025-03-01T09:15:00Z"


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("STOPPED", "stopped"),
        ("SUPERSEDED", "stopped"),
        ("FAILED", "failed"),
        ("SUCCEEDED", "succeeded"),
        ("STOPPING", "in_progress"),
    ],
)
def test_a_lost_end_of_a_stage_follows_from_the_pipeline(client, post, state, status):
    send_all(post, [stage("Test", "STARTED", "09:00:00"), pipeline(state, "09:30:00")])
    assert releases(client)["test"]["status"] == status


def test_rejected_approval(client, post):
    result = {"external-execution-summary": "Bob: not on a Friday"}
    send_all(post, [action("Approve", "Release", "FAILED", "09:30:00", "Approval", result)])
    detail = client.get(f"/api/releases/{EXECUTION}").json()
    assert detail["approval"]["status"] == "rejected"
    assert detail["approval"]["summary"] == "Bob: not on a Friday"
    assert [(r["environment"], r["status"]) for r in detail["releases"]] == [("prod", "rejected")]
    assert detail["status"] is None
    assert [(s["name"], s["status"]) for s in detail["stages"]] == [("Approve", "in_progress")]


def test_posted_releases_are_not_overwritten(client, post):
    posted = post("/api/releases", release(EXECUTION, "test")).json()
    send_all(post, [stage("Test", "FAILED", "09:00:00"), stage("Prod", "STARTED", "09:10:00")])
    got = releases(client)
    assert got["test"] == posted
    assert got["prod"]["status"] == "in_progress"
    assert post("/api/releases", release(EXECUTION, "prod")).status_code == 409


def test_writer_that_read_too_early_reads_again(client, post, monkeypatch):
    """Another event of the execution arrives between our reading of facts and our writing of releases."""
    real, interfered = repository.replace_releases, []

    def replace(execution_id, revision, old, new, days, **options):
        if not interfered:
            interfered.append(True)
            late = stage("Test", "SUCCEEDED", "09:05:00")
            services.receive_event(EventIn.model_validate(late), json.dumps(late).encode(), datetime.now(UTC))
        return real(execution_id, revision, old, new, days, **options)

    monkeypatch.setattr(repository, "replace_releases", replace)
    send_all(post, [stage("Test", "STARTED", "09:00:00")])
    assert releases(client)["test"]["status"] == "succeeded"
    assert repository.revision(EXECUTION)[0] == 2


def test_endless_contention_is_told_as_try_again(post, monkeypatch):
    monkeypatch.setattr(repository, "replace_releases", lambda *_, **__: False)
    monkeypatch.setattr(services.time, "sleep", lambda _: None)
    answer = post("/api/events", stage("Test", "STARTED", "09:00:00"))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"


@pytest.mark.parametrize(
    ("summary", "message"),
    [(None, None), ("plain", "plain"), ('{"CommitMessage":"x"}', "x"), ('{"Other":1}', '{"Other":1}'), ("[1]", "[1]")],
)
def test_commit_message(summary, message):
    assert projection.commit_message(summary) == message


@pytest.mark.parametrize(
    ("summary", "approver"),
    [
        ("by ada · commit abc · report Succeeded", "ada"),
        (
            "fine · by arn:aws:sts::123456789012:assumed-role/Ops/ada · commit abc",
            "arn:aws:sts::123456789012:assumed-role/Ops/ada",
        ),
        ("standby · commit abc", None),
        ("looks right", None),
        (None, None),
    ],
)
def test_approver(summary, approver):
    assert projection.approver_of(summary) == approver


def test_codedeploy_tells_of_the_deployment_whichever_comes_first(client, post):
    started, ended = deployment("d-TEST00001", "START", "09:10:02"), deployment("d-TEST00001", "SUCCESS", "09:14:58")
    bodies = whole_execution()
    send_all(post, [started, bodies[7], bodies[5], ended, bodies[8], *bodies[13:17]])
    expected = {
        "id": "d-TEST00001",
        "status": "succeeded",
        "started_at": "2025-03-01T09:10:02Z",
        "finished_at": "2025-03-01T09:14:58Z",
    }
    assert releases(client)["test"]["deployment"] == expected
    assert releases(client)["prod"]["deployment"] == EXPECTED_PROD["deployment"]


def test_a_deployment_of_nobody_is_kept_and_harmless(client, post):
    send_all(post, [deployment("d-OTHER0001", "FAILURE", "09:10:02")])
    assert releases(client) == {}
    assert repository.get_deployment("d-OTHER0001")[0]["state"] == "FAILURE"


def test_names_of_codedeploy_may_have_other_characters_than_a_pipeline_s(post):
    body = deployment("d-OTHER0001", "SUCCESS", "09:10:02")
    body["detail"] |= {"application": "shop + cart, eu=1", "deploymentGroup": "blue/green"}
    send_all(post, [body])


def test_an_unanswered_gate_is_closed_by_the_end_of_the_execution(client, post):
    send_all(post, [*whole_execution()[:11], pipeline("SUPERSEDED", "12:00:00")])
    prod = releases(client)["prod"]
    assert (prod["status"], prod["approval"]["status"]) == ("stopped", "unanswered")
    assert client.get("/api/environments").json()["items"][1]["waiting"] is None


def test_two_ends_in_the_same_second_are_the_same_in_any_order(client, post):
    ends = [stage("Test", "FAILED", "09:05:00", id="event-b"), stage("Test", "SUCCEEDED", "09:05:00", id="event-a")]
    send_all(post, ends)
    first = releases(client)["test"]["status"]
    other = [{**body, "detail": {**body["detail"], "execution-id": "another"}} for body in ends[::-1]]
    # The same tie-break: neither the id of the execution nor the order of arrival is part of it.
    send_all(post, [body | {"id": body["id"] + "-2"} for body in other])
    assert client.get("/api/releases/another").json()["releases"][0]["status"] == first
