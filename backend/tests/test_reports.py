"""The smoke tests' report on its way from the hook's place in S3 to the release."""

import json

import pytest
from botocore.exceptions import EndpointConnectionError
from django.test import override_settings

from journal import reports, repository, services
from tests.builders import EXECUTION, action, deployment, report, stage, whole_execution
from tests.conftest import REPORTS_BUCKET
from tests.test_events import releases, send_all

pytestmark = pytest.mark.usefixtures("table")


@pytest.fixture
def bucket(moto):
    written = []

    def write(environment: str, deployment_id: str, body: object) -> None:
        key = f"reports/{environment}/{deployment_id}.json"
        written.append(key)
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        moto.put_object(Bucket=REPORTS_BUCKET, Key=key, Body=data)

    yield write
    for key in written:
        moto.delete_object(Bucket=REPORTS_BUCKET, Key=key)


TASK_DEFINITION = {
    "before": "greenlight-test-backend:3",
    "after": "greenlight-test-backend:4",
    "changes": [
        {"path": "cpu", "before": "256", "after": "512"},
        {"path": "containers.web.environment.GIT_SHA", "hidden": True},
    ],
}


def test_a_release_has_the_reports_of_its_deployments(client, post, bucket):
    bucket("test", "d-TEST00001", report(task_definition=TASK_DEFINITION))
    bucket("prod", "d-PROD00001", report("d-PROD00001"))
    send_all(post, whole_execution()[5:17])
    test, prod = releases(client)["test"], releases(client)["prod"]
    assert test["image_digest"] == prod["image_digest"] == "sha256:" + "cd" * 32
    assert test["validation"] == {
        "verdict": "Succeeded",
        "reason": "ALL_PASSED",
        "message": "every phase passed",
        "passed": 2,
        "total": 2,
    }
    first, second = client.get(f"/api/releases/{EXECUTION}").json()["reports"]
    assert (first["environment"], first["deployment_id"], second["deployment_id"]) == (
        "test",
        "d-TEST00001",
        "d-PROD00001",
    )
    assert first["started_at"] == "2025-03-01T09:12:00Z"
    assert first["phases"] == [{"phase": "checks", "passed": True, "elapsed_ms": 900, "detail": "2 of 2"}]
    assert first["checks"][0] == {"name": "alive", "passed": True, "elapsed_ms": 12, "tries": 2, "wrong": []}
    assert first["task_definition"]["changes"] == [
        {"path": "cpu", "before": "256", "after": "512", "hidden": False},
        {"path": "containers.web.environment.GIT_SHA", "before": None, "after": None, "hidden": True},
    ]
    assert second["task_definition"] is None


def test_a_failed_validation_says_why(client, post, bucket):
    bucket("test", "d-TEST00001", report(verdict="Failed"))
    failed = {"external-execution-id": "d-TEST00001", "error-code": "JobFailed"}
    send_all(
        post,
        [
            stage("Test", "STARTED", "09:10:00"),
            action("Test", "Deploy", "FAILED", "09:15:00", "Deploy", failed),
            stage("Test", "FAILED", "09:15:00"),
        ],
    )
    release = releases(client)["test"]
    assert (release["status"], release["validation"]["verdict"]) == ("failed", "Failed")
    checks = client.get(f"/api/releases/{EXECUTION}").json()["reports"][0]["checks"]
    assert checks[1]["wrong"] == ["status is 500, expected 200"]


def test_a_report_that_comes_late_is_found_by_the_next_event(client, post, bucket):
    send_all(post, whole_execution()[5:9])
    assert releases(client)["test"]["validation"] is None
    bucket("test", "d-TEST00001", report())
    send_all(post, [deployment("d-TEST00001", "SUCCESS", "09:14:58")])
    assert releases(client)["test"]["validation"]["verdict"] == "Succeeded"


def test_a_report_is_read_once_and_kept(client, post, bucket, moto):
    bucket("test", "d-TEST00001", report())
    send_all(post, whole_execution()[5:8])
    moto.delete_object(Bucket=REPORTS_BUCKET, Key="reports/test/d-TEST00001.json")
    send_all(post, whole_execution()[8:10])
    assert releases(client)["test"]["validation"]["verdict"] == "Succeeded"
    assert len(client.get(f"/api/releases/{EXECUTION}").json()["reports"]) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"[" * 50_000,
        b" " * (reports.MAX_REPORT_BYTES + 1),
        report() | {"schema": "validate-deploy/2"},
        report() | {"verdict": "Maybe"},
        report() | {"checks": "many"},
        report("d-OTHER0001"),
    ],
)
def test_reports_that_cannot_be_used_change_nothing(client, post, bucket, body):
    bucket("test", "d-TEST00001", body)
    send_all(post, whole_execution()[5:9])
    assert releases(client)["test"]["status"] == "succeeded"
    assert releases(client)["test"]["validation"] is None


def test_texts_of_a_report_are_cut(bucket):
    long = report(message="m" * 5000, checks=[report()["checks"][0] | {"name": "n" * 500}] * 300)
    bucket("test", "d-TEST00001", long)
    kept = reports.fetch("test", "d-TEST00001")
    assert (len(kept["message"]), len(kept["checks"]), len(kept["checks"][0]["name"])) == (1000, 100, 160)


def test_without_a_place_or_without_s3_events_are_taken_all_the_same(client, post, monkeypatch):
    with override_settings(JOURNAL_REPORTS=""):
        assert reports.fetch("test", "d-TEST00001") is None

    class Unreachable:
        def get_object(self, **_):
            raise EndpointConnectionError(endpoint_url="https://s3.example.com")

    monkeypatch.setattr(reports, "_client", Unreachable)
    send_all(post, whole_execution()[13:17])
    assert releases(client)["prod"]["status"] == "succeeded"


def test_ids_that_are_no_deployment_are_never_part_of_a_key(post, monkeypatch):
    monkeypatch.setattr(reports, "fetch", lambda *_: pytest.fail("asked for"))
    for external_id in ("../../secrets", "d-../x", "", "d-" + "A" * 60):
        result = {"external-execution-id": external_id}
        send_all(post, [action("Test", "Deploy", "SUCCEEDED", "09:15:00", "Deploy", result)])


def test_a_report_is_never_too_large_for_the_table(client, post, bucket):
    """Within the limits of each text and of the file, and still more than an item may have."""
    wrong = ["\u00fc" * 500] * 5
    checks = [report()["checks"][0] | {"name": f"check {n}", "attempts": [{"wrong": wrong}]} for n in range(95)]
    body = json.dumps(report(checks=checks), ensure_ascii=False).encode()
    assert len(body) < reports.MAX_REPORT_BYTES
    bucket("test", "d-TEST00001", body)
    send_all(post, whole_execution()[5:9])
    assert releases(client)["test"]["validation"]["total"] == 95
    kept = client.get(f"/api/releases/{EXECUTION}").json()["reports"][0]
    assert (len(kept["checks"]), kept["checks"][94]) == (
        95,
        {"name": "check 94", "passed": True, "elapsed_ms": 12, "tries": 2, "wrong": []},
    )


def test_s3_is_asked_once_however_many_attempts_it_takes(post, monkeypatch):
    """It may be slow to fail, and EventBridge waits five seconds."""
    asked, refusals, real = [], [False] * 3, repository.replace_releases
    monkeypatch.setattr(reports, "fetch", lambda *which: asked.append(which))
    monkeypatch.setattr(services.time, "sleep", lambda _: None)
    monkeypatch.setattr(repository, "replace_releases", lambda *a, **k: refusals.pop() if refusals else real(*a, **k))
    send_all(post, whole_execution()[7:8])
    assert asked == [("test", "d-TEST00001")]
