"""Posting releases, listing them with filters and cursors, and what is live where."""

import base64
import json

import pytest

from tests.builders import SHA, release
from tests.conftest import DIGEST

pytestmark = pytest.mark.usefixtures("table")


def pages(client, **query) -> list[list[str]]:
    """Ids of every page, following the cursors."""
    found, cursor = [], None
    while True:
        answer = client.get("/api/releases", query | ({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200
        body = answer.json()
        found.append([item["id"] for item in body["items"]])
        if (cursor := body["next_cursor"]) is None:
            return found
        assert len(found) < 50


def test_first_time_again_and_different(post):
    body = release(image_digest=DIGEST)
    first, second = post("/api/releases", body), post("/api/releases", body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert first.json() == body | {
        "origin": "api",
        "pipeline": None,
        "approval": None,
        "deployment": None,
        "validation": None,
        "rollback": None,
    }
    conflict = post("/api/releases", body | {"message": "another"})
    assert conflict.status_code == 409
    assert conflict.headers["Content-Type"] == "application/problem+json"
    assert post("/api/releases", body | {"environment": "prod"}).status_code == 201


def test_times_default_to_now_and_stay(post):
    body = release()
    del body["started_at"], body["finished_at"]
    first, second = post("/api/releases", body).json(), post("/api/releases", body).json()
    assert first == second
    assert first["started_at"] == first["finished_at"] > "2025"
    moving = post("/api/releases", body | {"id": "r-2", "status": "in_progress"}).json()
    assert moving["finished_at"] is None


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "with space"},
        {"id": "x" * 129},
        {"environment": "PROD"},
        {"git_sha": "xyz"},
        {"author": ""},
        {"message": "m" * 5000},
        {"message": "\ud800"},
        {"status": "done"},
        {"image_digest": "sha256:1"},
        {"started_at": "2025-03-01T10:00:00"},
        {"started_at": "0001-01-01T00:00:00+14:00"},
        {"finished_at": "2025-03-01T09:00:00Z"},
        {"status": "in_progress"},
        {"started_at": None},
        {"extra": 1},
    ],
)
def test_invalid_bodies(post, changes):
    answer = post("/api/releases", release(**changes))
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["message"]


def test_detail(client, post):
    post("/api/releases", release("r-9", "prod", started_at="2025-03-01T10:01:00Z"))
    test = post("/api/releases", release("r-9", "test")).json()
    detail = client.get("/api/releases/r-9").json()
    assert [item["environment"] for item in detail["releases"]] == ["test", "prod"]
    assert detail["releases"][0] == test
    assert (detail["stages"], detail["approval"], detail["pipeline"], detail["status"]) == ([], None, None, None)
    missing = client.get("/api/releases/r-10")
    assert missing.status_code == 404
    assert missing.json()["detail"] == "there is no release r-10"


def fill(post) -> None:
    """r-00 … r-11, a minute apart, in turn of test, prod and qa; every fourth one failed."""
    for n in range(12):
        minute = f"2025-03-01T10:{n:02}:00Z"
        body = release(
            f"r-{n:02}",
            ("test", "prod", "qa")[n % 3],
            status="failed" if n % 4 == 0 else "succeeded",
            started_at=minute,
            finished_at=minute,
        )
        assert post("/api/releases", body).status_code == 201


def test_listing_is_newest_first_and_paged_over_all_environments(client, post):
    fill(post)
    expected = [f"r-{n:02}" for n in reversed(range(12))]
    assert pages(client) == [expected]
    for limit in (1, 4, 5, 12):
        got = pages(client, limit=limit)
        assert [i for page in got for i in page] == expected
        assert all(len(page) == limit for page in got[:-1])
        assert got[-1]


def test_filters(client, post):
    fill(post)
    assert pages(client, environment="qa", limit=2) == [["r-11", "r-08"], ["r-05", "r-02"]]
    assert pages(client, environment="nowhere") == [[]]
    assert pages(client, status="failed", limit=2) == [["r-08", "r-04"], ["r-00"]]
    assert pages(client, environment="prod", status="failed") == [["r-04"]]
    assert pages(client, status="in_progress") == [[]]


@pytest.mark.parametrize("limit", [1, 2, 3, 20])
def test_rare_statuses_fill_their_pages(client, post, limit):
    fill(post)
    got = pages(client, status="failed", limit=limit)
    assert [i for page in got for i in page] == ["r-08", "r-04", "r-00"]
    assert all(len(page) == limit for page in got[:-1])
    assert [i for page in pages(client, environment="prod", status="failed", limit=limit) for i in page] == ["r-04"]


def test_since(client, post):
    fill(post)
    since = "2025-03-01T10:08:00Z"
    for limit in (1, 2, 20):
        got = pages(client, since=since, limit=limit)
        assert [i for page in got for i in page] == ["r-11", "r-10", "r-09", "r-08"]
    assert pages(client, since=since, environment="qa", limit=1) == [["r-11"], ["r-08"]]
    assert pages(client, since=since, status="failed") == [["r-08"]]
    assert client.get("/api/releases", {"since": "yesterday"}).status_code == 422


def test_commit(client, post):
    for n in range(5):
        for environment in ("test", "prod"):
            minute = f"2025-03-01T10:{n:02}:00Z"
            times = {"started_at": minute, "finished_at": minute}
            post("/api/releases", release(f"r-{n}", environment, git_sha=f"abcd{n % 2}" + "0" * 35, **times))
    assert pages(client, commit="abcd1") == [["r-3", "r-3", "r-1", "r-1"]]
    assert pages(client, commit="abcd", environment="prod", limit=2) == [["r-4", "r-3"], ["r-2", "r-1"], ["r-0"]]
    assert pages(client, commit="abcd0" + "0" * 35, environment="test") == [["r-4", "r-2", "r-0"]]
    assert pages(client, commit="abcd1", status="failed") == [[]]
    assert pages(client, commit="ffff") == [[]]
    assert client.get("/api/releases", {"commit": "abc"}).status_code == 422


def test_same_start_is_not_lost_between_pages(client, post):
    for n in range(5):
        post("/api/releases", release(f"r-{n}", "test"))
        post("/api/releases", release(f"r-{n}", "prod"))
    assert sorted(i for page in pages(client, limit=3) for i in page) == sorted([f"r-{n}" for n in range(5)] * 2)


def test_cursors_of_others_are_refused(client, post):
    fill(post)
    cursor = client.get("/api/releases", {"limit": 2}).json()["next_cursor"]
    assert client.get("/api/releases", {"cursor": cursor, "environment": "test"}).status_code == 422
    for bad in ("%%%", "e30", "bnVsbA", "WzEsbnVsbCxudWxsXQ", "é", "x" * 2000):
        answer = client.get("/api/releases", {"cursor": bad})
        assert answer.status_code == 422, bad
        assert answer.headers["Content-Type"] == "application/problem+json"


def cursor_of(*parts) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "position",
    ["x", "", "\ud800", "\u0000", "2025", "2025-03-01T10:00:00.000000Z#r-1", "9" * 500, 7, None, ["a"], {"a": 1}],
)
def test_cursors_that_were_tampered_with(client, position):
    answer = client.get("/api/releases", {"cursor": cursor_of(position, None, None, None, None)})
    assert (answer.status_code, answer.json()["detail"]) == (422, "this cursor was not made here")


def test_a_cursor_from_before_the_period_is_the_end(client, post, requests_made):
    """DynamoDB refuses a BETWEEN whose ends are the wrong way round; moto does not."""
    fill(post)
    requests_made.clear()
    since = "2025-03-01T10:08:00.000000Z"
    cursor = cursor_of("2025-03-01T09:00:00.000000Z#r-1#test", "test", None, since, None)
    answer = client.get("/api/releases", {"environment": "test", "since": since, "cursor": cursor})
    assert answer.json() == {"items": [], "next_cursor": None}
    assert requests_made == []


def test_environments_empty(client):
    assert client.get("/api/environments").json() == {
        "items": [
            {"environment": name, "live": None, "in_progress": None, "waiting": None, "failed": None}
            for name in ("test", "prod")
        ]
    }


def test_environments_tell_what_is_live(client, post):
    def at(minute: int, release_id: str, environment: str, status: str) -> None:
        times = {"started_at": f"2025-03-01T10:{minute:02}:00Z", "finished_at": None}
        assert post("/api/releases", release(release_id, environment, status=status, **times)).status_code == 201

    at(1, "r-1", "test", "succeeded")
    at(2, "r-2", "test", "failed")
    at(3, "r-3", "test", "in_progress")
    at(1, "r-1", "prod", "succeeded")
    at(2, "r-2", "prod", "succeeded")
    at(5, "r-5", "demo", "failed")
    items = client.get("/api/environments").json()["items"]
    summary = [(i["environment"], (i["live"] or {}).get("id"), (i["in_progress"] or {}).get("id")) for i in items]
    assert summary == [("test", "r-1", "r-3"), ("prod", "r-2", None), ("demo", None, None)]
    assert items[0]["live"]["git_sha"] == SHA


def test_live_release_is_found_below_many_failures(client, post):
    for n in range(6):
        minute = f"2025-03-01T10:{n:02}:00Z"
        status = "failed" if n else "succeeded"
        post("/api/releases", release(f"r-{n}", status=status, started_at=minute, finished_at=minute))
    state = client.get("/api/environments").json()["items"][0]
    assert (state["live"]["id"], state["failed"]["id"]) == ("r-0", "r-5")


def test_what_was_overtaken_is_not_on_its_way(client, post):
    post("/api/releases", release("r-1", status="in_progress", finished_at=None))
    later = {"started_at": "2025-03-01T11:00:00Z", "finished_at": "2025-03-01T11:05:00Z"}
    post("/api/releases", release("r-2", **later))
    state = client.get("/api/environments").json()["items"][0]
    assert (state["live"]["id"], state["in_progress"]) == ("r-2", None)
