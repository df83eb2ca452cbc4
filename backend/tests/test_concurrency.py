"""Several processes at once, on a DynamoDB that throttles, cancels transactions and loses answers: the same items in the end.

EventBridge delivers an event again until it was answered with 2xx, so a delivery that failed is repeated here as well.
JOURNAL_EXAMPLES=200 for a night.
"""

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from journal import dora, measures, rebuild, repository, services
from journal import table as journal_table
from journal.problems import Unavailable
from journal.schemas import EventIn
from tests.builders import EXECUTION, release, stage
from tests.conftest import new_table_name
from tests.lockstep import Lockstep
from tests.test_rebuild import EVENTS, EXAMPLES, dump, receive

pytestmark = pytest.mark.usefixtures("untraced")

# A stage that failed on one day and was run again on the next: its outcome moves.
RETRIED = [
    stage("Test", "STARTED", "09:10:00", id="retried-1"),
    stage("Test", "FAILED", "09:15:00", id="retried-2"),
    stage("Test", "STARTED", "09:10:00", id="retried-3") | {"time": "2025-03-02T09:10:00Z"},
    stage("Test", "SUCCEEDED", "09:15:00", id="retried-4") | {"time": "2025-03-02T09:15:00Z"},
]
DELIVERIES = [*EVENTS[:14], *RETRIED]


def deliver(body: dict) -> None:
    """As EventBridge does: again until it is taken."""
    for _ in range(100):
        try:
            services.receive_event(EventIn.model_validate(body), json.dumps(body).encode(), datetime.now(UTC))
            return
        except Unavailable:
            continue
    raise AssertionError(f"event {body['id']} was never taken")


@pytest.fixture
def no_waiting(monkeypatch):
    monkeypatch.setattr(services.time, "sleep", lambda _: None)


def worker(queue: list[dict]):
    def work() -> None:
        with suppress(IndexError):
            while True:
                deliver(queue.pop())

    return work


_expected: dict = {}


@pytest.fixture
def expected(aws):
    if not _expected:
        with new_table_name():
            journal_table.ensure_table()
            receive(DELIVERIES)
            _expected.update(dump())
    return _expected


@pytest.mark.parametrize("seed", range(max(2, EXAMPLES)))
@pytest.mark.parametrize("fail_one_in", [0, 12])
def test_any_interleaving_of_workers_gives_the_same_items(expected, no_waiting, seed, fail_one_in):
    steps = Lockstep(seed, fail_one_in)
    queue = [*DELIVERIES, *steps.random.sample(DELIVERIES, 3)]
    steps.random.shuffle(queue)
    with new_table_name():
        journal_table.ensure_table()
        steps.run([worker(queue) for _ in range(3)])
        assert dump() == expected
        lost = [body["id"] for body in DELIVERIES if not repository.get_event(body["id"])]
        assert lost == []
        assert (steps.faults > 0) == (fail_one_in > 0)


def test_a_rebuild_while_events_arrive(expected, no_waiting):
    with new_table_name():
        journal_table.ensure_table()
        receive(DELIVERIES[:8])
        queue = DELIVERIES[8:]
        Lockstep(7).run([worker(queue), worker(queue), lambda: rebuild.rebuild(datetime.now(UTC), pytest.fail)])
        assert dump() == expected


@pytest.fixture
def cancelled(table):
    """Every transaction is cancelled for these reasons, as often as the list says."""
    events, reasons = journal_table.client().meta.events, []

    def refuse(model, **_):
        if model.name != "TransactWriteItems" or not reasons:
            return None
        error = {"Code": "TransactionCanceledException", "Message": "by the test"}
        return Answer(), {"Error": error, "CancellationReasons": [{"Code": code} for code in reasons.pop()]}

    events.register("before-call.dynamodb", refuse)
    yield reasons
    events.unregister("before-call.dynamodb", refuse)


class Answer:
    status_code = 400


def test_an_event_is_not_taken_for_a_duplicate_when_transactions_collide(post, cancelled, no_waiting):
    cancelled.extend([["None", "TransactionConflict"]] * 2)
    body = stage("Test", "STARTED", "09:00:00")
    assert post("/api/events", body).json()["duplicate"] is False
    assert json.loads(repository.get_event(body["id"])["body"]) == body


def test_what_could_not_be_kept_is_not_acknowledged(post, cancelled, no_waiting):
    cancelled.extend([["ThrottlingError"]] * 50)
    body = stage("Test", "STARTED", "09:00:00")
    answer = post("/api/events", body)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert repository.get_event(body["id"]) is None


def test_a_release_is_no_conflict_because_transactions_collide(post, cancelled, no_waiting):
    cancelled.extend([["TransactionConflict"]] * 2)
    assert post("/api/releases", release()).status_code == 201
    cancelled.extend([["TransactionConflict"]] * 50)
    assert post("/api/releases", release("r-2")).status_code == 503


def test_other_reasons_are_told_at_once(cancelled, monkeypatch):
    monkeypatch.setattr(services.time, "sleep", lambda _: pytest.fail("this does not pass by waiting"))
    cancelled.append(["ValidationError"])
    with pytest.raises(Unavailable) as raised:
        repository.put_release({**release(), "lead_seconds": None})
    assert isinstance(raised.value.__cause__, ClientError)


def test_the_day_that_an_outcome_left_is_counted_by_the_next_delivery(post, table, monkeypatch):
    """The process ends after it has moved an outcome to another day and before it has counted the one it was on."""
    receive(RETRIED[:2])
    with monkeypatch.context() as patch:
        patch.setattr(measures, "count_again", lambda *_: (_ for _ in ()).throw(Unavailable("gone")))
        assert post("/api/events", RETRIED[3]).status_code == 503
    assert dora.Day.load(repository.get_day("test", "2025-03-01")["summary"]).failed == 1
    assert post("/api/events", RETRIED[3]).status_code == 200
    assert dora.Day.load(repository.get_day("test", "2025-03-01")["summary"]).failed == 0
    assert dora.Day.load(repository.get_day("test", "2025-03-02")["summary"]).succeeded == 1
    # Once it was counted nobody counts it again.
    assert repository.revision(EXECUTION)[1] == {("test", "2025-03-02")}


def test_keys_that_dynamodb_leaves_out_are_asked_for_again(table, no_waiting, monkeypatch):
    answers = [{"UnprocessedKeys": True}, {}, {"UnprocessedKeys": True}]
    real = journal_table.client()

    class Busy:
        def batch_get_item(self, RequestItems):  # noqa: N803
            if answers and answers.pop(0):
                return {"Responses": {}, "UnprocessedKeys": RequestItems}
            return real.batch_get_item(RequestItems=RequestItems)

    journal_table.put({"pk": "a", "sk": "b", "told": "it"})
    monkeypatch.setattr(journal_table, "client", Busy)
    assert journal_table.get_many([("a", "b")]) == [{"told": "it"}]
    answers[:] = [True] * 100
    with pytest.raises(Unavailable):
        journal_table.get_many([("a", "b")])
