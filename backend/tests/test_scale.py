"""How many requests an answer takes: the same among a handful of releases and among as many as there may be.

What is counted is what botocore sends. Every request either names a key, or reads one partition with a Limit and no
filter, or reads a range that does not grow with the number of releases (the days of a period, the facts of one
execution). DynamoDB reads those in a time that does not depend on the size of the table, so the counts below hold for a
hundred thousand releases as they do for a thousand. JOURNAL_RELEASES=100000 counts them there as well: moto reads its
whole table for each query, so that takes a while and says nothing about time.
"""

import os
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from moto.dynamodb.models import dynamodb_backends

from journal import dora, repository
from journal import table as journal_table
from tests.builders import SHA, stage, whole_execution
from tests.conftest import new_table_name
from tests.test_events import send_all

FIRST = datetime(2025, 1, 1, tzinfo=UTC)
COUNTS = [120, 1000, *(int(count) for count in os.environ.get("JOURNAL_RELEASES", "").split(",") if count)]


def release(number: int) -> dict:
    """Every fiftieth failed; only the very first one was rejected, so no newest page has it."""
    at = (FIRST + timedelta(minutes=7 * number)).strftime("%Y-%m-%dT%H:%M:%S.000000Z")
    return {
        "id": f"r-{number:06}",
        "environment": ("prod", "test")[number % 2],
        "status": "rejected" if number == 0 else "failed" if number % 50 == 0 else "succeeded",
        "git_sha": f"{number:08x}" + SHA[8:],
        "message": "journal: show who approved",
        "author": None,
        "image_digest": None,
        "started_at": at,
        "finished_at": at,
        "lead_seconds": 600,
        "origin": "events",
        "pipeline": "greenlight",
        "approval": None,
        "deployment": None,
        "validation": None,
    }


def fill(count: int) -> None:
    """Puts what the journal would have written straight into moto: through the API it would take minutes."""
    moto_table = dynamodb_backends["123456789012"]["eu-west-1"].tables[settings.JOURNAL_TABLE]
    for number in range(count):
        for item in repository._release_items(release(number)):
            moto_table.put_item(journal_table.to_item(item))
    today = datetime.now(UTC).date()
    for back in range(0, 400, 40):
        day = (today - timedelta(days=back)).isoformat()
        outcomes = [
            {"id": f"r-{n}", "at": f"{day}T10:00:00Z", "status": "succeeded", "lead_seconds": n} for n in range(count)
        ]
        repository.put_day("prod", day, 0, dora.count_day(outcomes).dump())


# Two environments: a listing asks each, and for their names.
PAGES = [
    ("/api/releases", {}, 3),
    ("/api/releases", {"limit": 100}, 3),
    ("/api/releases", {"status": "failed"}, 3),
    ("/api/releases", {"status": "rejected"}, 3),
    ("/api/releases", {"status": "waiting"}, 3),
    ("/api/releases", {"environment": "prod"}, 1),
    ("/api/releases", {"environment": "prod", "status": "rejected"}, 1),
    ("/api/releases", {"environment": "prod", "status": "failed", "since": "2025-01-01T00:00:00Z"}, 1),
    ("/api/releases", {"commit": "0000001e"}, 1),
    ("/api/releases/r-000007", {}, 1),
    ("/api/environments", {}, 9),
    ("/api/metrics", {}, 1),
    ("/api/metrics", {"days": 366}, 1),
]


@pytest.mark.usefixtures("untraced")
@pytest.mark.parametrize("count", COUNTS)
def test_every_page_takes_a_constant_number_of_requests(aws, client, requests_made, count):
    with new_table_name():
        journal_table.ensure_table()
        fill(count)
        for path, query, expected in PAGES:
            requests_made.clear()
            answer = client.get(path, query)
            assert answer.status_code == 200
            assert (path, query, len(requests_made)) == (path, query, expected)
            for operation, parameters in requests_made:
                assert operation in ("GetItem", "Query")
                assert "FilterExpression" not in parameters
                assert parameters.get("IndexName") is None or parameters["Limit"] <= 102
        assert client.get("/api/releases", {"status": "rejected"}).json()["items"][0]["id"] == "r-000000"
        cursor = client.get("/api/releases", {"status": "failed", "limit": 1}).json()["next_cursor"]
        requests_made.clear()
        assert client.get("/api/releases", {"status": "failed", "limit": 1, "cursor": cursor}).status_code == 200
        assert len(requests_made) == 3


def test_an_event_takes_a_bounded_number_of_requests(client, post, table, requests_made):
    most = 0
    for body in whole_execution():
        requests_made.clear()
        send_all(post, [body])
        most = max(most, len(requests_made))
    # The dearest: raw event, fact, start, link; revision, facts, two deployments, releases; two days, three each.
    assert most <= 15
    requests_made.clear()
    send_all(post, [stage("Build", "STARTED", "09:06:00")])
    assert len(requests_made) <= 15
