"""Any order, any repetition, and a rebuild after a loss give the same items."""

import copy
import json
import os
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from journal import repository, services
from journal import table as journal_table
from journal.schemas import EventIn
from tests.builders import deployment, pipeline, release, stage, whole_execution
from tests.conftest import new_table_name
from tests.test_events import releases, send_all


def dump(skip=("META", "TOLD", "EVENT")) -> dict:
    """Every item of the table that is derived, by key. Tests may scan."""
    found = {}
    for page in journal_table.client().get_paginator("scan").paginate(TableName=settings.JOURNAL_TABLE):
        for item in page["Items"]:
            key = (item["pk"]["S"], item["sk"]["S"])
            if key[1].partition("#")[0] not in skip and not key[0].startswith("SUBJECTS#"):
                # How often a day was written depends on the order; what it says does not.
                found[key] = {name: value for name, value in item.items() if name != "version"}
    return found


def of_execution(number: int) -> list[dict]:
    """The events of one execution among several: some fail, some are superseded, all within the same minutes."""
    bodies, deployed = whole_execution(), deployment(f"d-TEST{number:05}", "SUCCESS", "09:14:58")
    # Without what begins and ends within a stage that no release is made of.
    bodies = [bodies[n] for n in (0, 3, 7, 8, 10, 11, 16)]
    if number % 3 == 0:
        bodies = [*bodies, deployed]
    elif number % 3 == 1:
        bodies = [*bodies[:2], stage("Test", "FAILED", "09:15:00"), pipeline("FAILED", "09:15:00")]
    else:
        bodies = [*bodies[:2], *bodies[3:5], pipeline("SUPERSEDED", "12:00:00")]
    bodies = copy.deepcopy(bodies)
    for body in bodies:
        detail = body["detail"]
        if "execution-id" in detail:
            detail["execution-id"] = f"execution-{number}"
        result = detail.get("execution-result", {})
        if result.get("external-execution-id", "").startswith("d-"):
            result["external-execution-id"] = result["external-execution-id"][:6] + f"{number:05}"
        body["id"] = f"{body['id']}-{number}"
    return bodies


# Each takes seconds on moto; JOURNAL_EXAMPLES=200 for a night.
EXAMPLES = int(os.environ.get("JOURNAL_EXAMPLES", "3"))
EVENTS = [body for number in range(3) for body in of_execution(number)]


def receive(bodies) -> None:
    for body in bodies:
        services.receive_event(EventIn.model_validate(body), json.dumps(body).encode(), datetime.now(UTC))


_expected: dict = {}


@pytest.fixture
def expected(aws):
    if not _expected:
        with new_table_name():
            journal_table.ensure_table()
            receive(EVENTS)
            _expected.update(dump())
    return _expected


def test_the_events_make_releases_of_every_kind(expected):
    statuses = {item["status"]["S"] for key, item in expected.items() if key[1].startswith("ENV#")}
    assert statuses == {"succeeded", "failed", "stopped"}
    assert len([key for key in expected if key[0].startswith("METRICS#")]) == 2


@pytest.mark.usefixtures("untraced")
@hypothesis_settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_permutation_and_repetition_gives_the_same_items(expected, data):
    order = data.draw(st.permutations(EVENTS))
    again = data.draw(st.lists(st.sampled_from(EVENTS), min_size=1, max_size=4))
    places = data.draw(st.lists(st.integers(0, len(EVENTS)), min_size=len(again), max_size=len(again)))
    for body, place in zip(again, places, strict=True):
        order.insert(place, body)
    with new_table_name():
        journal_table.ensure_table()
        receive(order)
        assert dump() == expected


def lose() -> int:
    """Deletes everything but the raw events."""
    lost, client = 0, journal_table.client()
    for page in client.get_paginator("scan").paginate(TableName=settings.JOURNAL_TABLE):
        for item in page["Items"]:
            if item["sk"]["S"].startswith(("TOLD#", "EVENT")) or item["pk"]["S"].startswith("SUBJECTS#"):
                continue
            client.delete_item(TableName=settings.JOURNAL_TABLE, Key={"pk": item["pk"], "sk": item["sk"]})
            lost += 1
    return lost


def test_everything_is_made_again_from_raw_events(table, expected, capsys):
    receive(EVENTS)
    assert lose() > 25
    assert dump() == {}
    call_command("rebuild_releases")
    assert dump() == expected
    assert f"{len(EVENTS)} events, 3 executions" in capsys.readouterr().out
    call_command("rebuild_releases")
    assert dump() == expected


def test_wrong_releases_and_days_are_made_right_from_facts(table, expected):
    receive(EVENTS)
    for stored in repository.newest_releases("test", status=None, limit=10)[0][:2]:
        key = {"pk": repository.execution(stored["id"]), "sk": "ENV#test"}
        journal_table.update(*key.values(), {"message": "wrong", "status": "in_progress"}, "attribute_exists(pk)")
    repository.put_day("test", "2025-03-01", int(repository.get_day("test", "2025-03-01")["version"]), "{}")
    client = journal_table.client()
    # Past their ninety days: raw events are gone, facts are not.
    for page in client.get_paginator("scan").paginate(TableName=settings.JOURNAL_TABLE):
        for item in page["Items"]:
            if item["sk"]["S"].startswith(("TOLD#", "EVENT")) or item["pk"]["S"].startswith("SUBJECTS#"):
                client.delete_item(TableName=settings.JOURNAL_TABLE, Key={"pk": item["pk"], "sk": item["sk"]})
    assert dump() != expected
    call_command("rebuild_releases")
    assert dump() == expected


def test_posted_releases_survive(client, post, table):
    posted = post("/api/releases", release("r-1", "test")).json()
    send_all(post, [stage("Test", "STARTED", "09:00:00")])
    before = dump()
    call_command("rebuild_releases")
    assert dump() == before
    assert client.get("/api/releases/r-1").json()["releases"] == [posted]


def test_a_release_that_the_projection_no_longer_makes_goes_away(client, post, table):
    send_all(post, [stage("Test", "SUCCEEDED", "09:00:00"), stage("Prod", "SUCCEEDED", "09:10:00")])
    execution = releases(client)["prod"]["id"]
    key = {"pk": {"S": f"RELEASE#{execution}"}, "sk": {"S": "FACT#STAGE#Prod"}}
    client_of_table = journal_table.client()
    client_of_table.delete_item(TableName=settings.JOURNAL_TABLE, Key=key)
    services.project(execution)
    assert set(releases(client)) == {"test"}
    assert client.get("/api/releases", {"status": "succeeded", "environment": "prod"}).json()["items"] == []
    assert json.loads(repository.get_day("prod", "2025-03-01")["summary"])["succeeded"] == 0


def test_events_that_can_no_longer_be_read_are_named_and_kept(client, post, table, capsys):
    send_all(post, [stage("Test", "STARTED", "09:00:00", id="strange")])
    journal_table.update("EVENT#strange", "EVENT", {"body": "{}"}, "attribute_exists(pk)")
    with pytest.raises(CommandError, match="1 events could not be read"):
        call_command("rebuild_releases")
    assert "event strange cannot be read any more" in capsys.readouterr().err
    assert repository.get_event("strange")["body"] == "{}"
    assert releases(client)["test"]["status"] == "in_progress"
