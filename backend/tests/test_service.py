"""What holds for every path: health, identity, headers, hosts, limits, errors, logs."""

import json
import logging

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import override_settings

from journal import keys, selectors
from journal import table as journal_table
from journal.logs import JsonFormatter
from journal.middleware import TokenBucket
from tests.builders import release
from tests.conftest import DIGEST, ENVIRONMENT, EVENTS_KEY, new_client


def assert_problem(response, status: int) -> dict:
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert body["title"]
    assert body["request_id"] == response.headers["X-Request-Id"]
    return body


def test_health_touches_nothing(client, monkeypatch):
    monkeypatch.setattr(journal_table, "client", lambda *_, **__: pytest.fail("health must not use the table"))
    response = client.get("/api/health")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_ready_with_table(client, table):
    assert client.get("/api/ready").json() == {"status": "ok"}


def test_not_ready_without_table(client, aws):
    assert_problem(client.get("/api/ready"), 503)


def test_nothing_answers(client, monkeypatch):
    journal_table.forget_clients()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    try:
        response = client.get("/api/ready")
        assert "127.0.0.1" not in assert_problem(response, 503)["detail"]
        assert response.headers["Retry-After"] == "5"
        for command in ("create_table", "rebuild_releases"):
            with pytest.raises(CommandError, match="does not answer"):
                call_command(command)
    finally:
        journal_table.forget_clients()


def test_table_missing_is_503_everywhere(client, post, aws):
    assert_problem(client.get("/api/releases"), 503)
    assert_problem(client.get("/api/environments"), 503)
    assert_problem(post("/api/releases", release()), 503)


def test_create_table_is_idempotent(aws, capsys):
    call_command("create_table")
    call_command("create_table")
    name = settings.JOURNAL_TABLE
    assert capsys.readouterr().out == f"{name}: created\n{name}: exists\n"
    client = journal_table.client()
    description = client.describe_table(TableName=name)["Table"]
    assert description["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert description["GlobalSecondaryIndexes"][0]["IndexName"] == "gsi1"
    ttl = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}


def test_version(client):
    assert client.get("/api/version").json() == {
        "git_sha": ENVIRONMENT["GIT_SHA"],
        "image_digest": DIGEST,
        "environment": "test",
        "version": settings.JOURNAL_VERSION,
    }


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/api/health", 200),
        ("get", "/api/version", 200),
        ("get", "/api/openapi.json", 200),
        ("get", "/", 404),
        ("get", "/api/nothing", 404),
        ("get", "/api/releases?limit=0", 422),
        ("put", "/api/releases", 405),
        ("options", "/api/releases", 405),
        ("trace", "/api/releases", 405),
        ("head", "/api/events", 405),
        ("get", "/api//releases", 404),
        ("get", "/api/releases/", 404),
        ("get", "/api/releases/..%2F..%2Fetc", 404),
        ("get", "/api/releases/%00", 422),
        ("get", "/api/releases?environment=", 422),
        ("get", "/api/releases?environment=test%0d%0aX-Evil:1", 422),
        ("get", "/api/releases?limit=1e1", 422),
        ("get", "/api/releases?limit=99999999999999999999999999", 422),
        ("get", "/api/releases?since=0001-01-01T00:00:00Z", 422),
        ("get", "/api/metrics?days=30&environment=%F0%9F%92%A5", 422),
        ("post", "/api/events", 401),
        ("get", "/api/releases/no%20id", 422),
    ],
)
def test_headers_on_every_answer(client, method, path, status):
    response = getattr(client, method)(path)
    assert response.status_code == status
    if status >= 400 and method != "head":
        assert_problem(response, status)
    assert response.headers["X-App-Version"] == ENVIRONMENT["GIT_SHA"]
    assert response.headers["X-App-Image-Digest"] == DIGEST
    assert len(response.headers["X-Request-Id"]) == 32
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_head_is_get_without_content(client):
    get, head = client.get("/api/version"), client.head("/api/version")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == get.headers["Content-Length"] == str(len(get.content))


def test_method_not_allowed_says_what_is(client):
    assert set(client.delete("/api/releases").headers["Allow"].split(", ")) == {"GET", "POST"}


def test_request_id_is_taken_over_only_when_harmless(client):
    assert client.get("/api/health", headers={"X-Request-Id": "trace-0001"}).headers["X-Request-Id"] == "trace-0001"
    for bad in ("short", "with space and more", "x" * 200):
        assert client.get("/api/health", headers={"X-Request-Id": bad}).headers["X-Request-Id"] != bad


def test_hosts_are_closed_except_for_health_checks(client, table):
    forwarded = {"Host": "evil.example.com", "X-Forwarded-Host": "journal.example.com"}
    assert_problem(client.get("/api/version", headers=forwarded), 400)
    for host in ("evil.example.com", "10.0.0.7:8000", "a b", "journal.example.com.evil.example", "", "[::1"):
        assert_problem(client.get("/api/version", headers={"Host": host}), 400)
        assert client.get("/api/health", headers={"Host": host}).status_code == 200
        assert client.get("/api/ready", headers={"Host": host}).status_code == 200
    assert client.get("/api/version", headers={"Host": "journal.example.com"}).status_code == 200


def test_unexpected_errors_tell_nothing_and_are_logged(client, monkeypatch, caplog):
    def fail():
        raise RuntimeError("a detail nobody may see")

    monkeypatch.setattr(selectors, "environments", fail)
    monkeypatch.setattr(logging.getLogger("journal"), "propagate", True)
    response = client.get("/api/environments")
    assert_problem(response, 500)
    assert b"nobody" not in response.content
    assert "a detail nobody may see" in caplog.text


def test_errors_in_middleware_are_problems_too(client, monkeypatch):
    def fail(_):
        raise RuntimeError("broken")

    monkeypatch.setattr("journal.middleware.key_is_right", fail)
    response = client.post("/api/events")
    assert_problem(response, 500)
    assert response.headers["X-App-Image-Digest"] == DIGEST


@pytest.mark.parametrize("key", [None, "", "wrong", EVENTS_KEY + "x", "schlüssel"])
@pytest.mark.parametrize("path", ["/api/events", "/api/releases"])
def test_wrong_key(post, path, key):
    response = post(path, {}, key=key)
    assert_problem(response, 401)
    assert response.headers["WWW-Authenticate"].startswith("ApiKey")


@pytest.mark.parametrize("key", ["", "x", EVENTS_KEY[:-1] + "x", "x" * 4000])
def test_the_key_is_compared_in_constant_time(post, monkeypatch, key):
    """Whatever is presented, digests of the same length are compared, by the function that is made for it."""
    compared = []

    def compare(mine, theirs):
        compared.append((len(mine), len(theirs)))
        return False

    monkeypatch.setattr(keys.hmac, "compare_digest", compare)
    assert_problem(post("/api/events", {}, key=key), 401)
    assert_problem(post("/api/events", {}), 401)
    assert set(compared) == {(32, 32)}


@pytest.mark.parametrize(
    "body", ["9" * 5000, '{"id": 1e999}', '{"a":1', "\ufeff", "nul", "[]", '"x"', "NaN", b"\xff\xfe{"]
)
def test_bodies_that_are_no_event(post, body):
    answer = post("/api/events", body)
    assert answer.status_code in (400, 422)
    assert_problem(answer, answer.status_code)


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data", "application/json; charset=x", "", "\t"])
def test_a_body_is_json_whatever_it_calls_itself(client, table, content_type):
    body = '{"id":"event-x","source":"a","detail-type":"b","time":"2025-03-01T09:00:00Z","detail":{}}'
    answer = client.generic("POST", "/api/events", body, content_type, headers={"X-Api-Key": EVENTS_KEY})
    assert answer.status_code == 202


def test_body_that_is_not_json(post):
    assert_problem(post("/api/events", "{not json"), 400)


def test_body_over_the_limit(post, table):
    limit = settings.BODY_LIMIT_BYTES
    assert_problem(post("/api/events", " " * (limit + 1)), 413)
    assert_problem(post("/api/events", " " * limit), 400)


def test_body_without_a_length(client):
    answer = client.post("/api/events", headers={"X-Api-Key": EVENTS_KEY, "Transfer-Encoding": "chunked"})
    assert_problem(answer, 411)


def test_rate_limit_of_strangers_leaves_callers_alone(post):
    statuses = [post("/api/events", {}, key="wrong").status_code for _ in range(settings.STRANGER_POST_BURST + 5)]
    assert statuses.count(429) >= 1
    assert post("/api/events", {}).status_code == 422


def test_nobody_gets_another_allowance_by_naming_another_address(client):
    """Allowances belong to the process: behind a load balancer X-Forwarded-For is whatever a caller wrote first."""
    statuses = []
    for number in range(settings.STRANGER_POST_BURST + 5):
        headers = {"X-Api-Key": "wrong", "X-Forwarded-For": f"192.0.2.{number}", "X-Real-IP": f"192.0.2.{number}"}
        statuses.append(client.post("/api/events", headers=headers).status_code)
    assert statuses.count(429) >= 1


def test_rate_limit_of_callers():
    client, headers = new_client(), {"X-Api-Key": EVENTS_KEY}
    # A client makes its middleware with its first request.
    with override_settings(POST_BURST=2, POST_PER_SECOND=0.001):
        answers = [client.post("/api/events", {}, content_type="application/json", headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [422, 422, 429]
    assert_problem(answers[-1], 429)
    assert answers[-1].headers["Retry-After"] == "1"
    assert client.get("/api/version").status_code == 200


def test_token_bucket_fills_again():
    now = [0.0]
    bucket = TokenBucket(2, 0.5, clock=lambda: now[0])
    assert [bucket.take() for _ in range(3)] == [True, True, False]
    now[0] = 2.0
    assert [bucket.take() for _ in range(2)] == [True, False]
    now[0] = 1000.0
    assert [bucket.take() for _ in range(3)] == [True, True, False]


def test_log_lines_are_json_without_secrets(client, capsys, monkeypatch):
    handler = logging.getLogger("journal").handlers[0]
    lines: list[str] = []
    monkeypatch.setattr(handler, "emit", lambda record: lines.append(handler.format(record)))
    client.get("/api/version?token=hidden", headers={"X-Api-Key": EVENTS_KEY, "X-Request-Id": "trace-0001"})
    line = json.loads(lines[-1])
    assert (line["method"], line["path"], line["status"]) == ("GET", "/api/version", 200)
    assert line["request_id"] == "trace-0001"
    assert line["ms"] >= 0
    assert EVENTS_KEY not in lines[-1]
    assert "hidden" not in lines[-1]


def test_exceptions_stay_on_one_line():
    try:
        raise ValueError("two\nlines")
    except ValueError as error:
        exc_info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("journal", logging.ERROR, __file__, 1, "failed", (), exc_info)
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert "ValueError: two\nlines" in json.loads(line)["exception"]


def test_openapi_names_every_route(client):
    paths = client.get("/api/openapi.json").json()["paths"]
    assert set(paths) == {
        "/api/health",
        "/api/ready",
        "/api/version",
        "/api/releases",
        "/api/releases/{release_id}",
        "/api/environments",
        "/api/metrics",
        "/api/events",
    }
