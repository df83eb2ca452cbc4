"""The four measures: counted day by day, the same as counted at once."""

from datetime import UTC, date, datetime, timedelta
from statistics import median

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from journal import dora, measures, repository
from tests.builders import release

LAST = date(2025, 3, 31)


def counted(outcomes) -> dict[str, dora.Day]:
    days: dict[str, list] = {}
    for outcome in outcomes:
        days.setdefault(outcome["at"][:10], []).append(outcome)
    return {day: dora.Day.load(dora.count_day(of_day).dump()) for day, of_day in days.items()}


def outcome(
    day: int,
    hour: float,
    status: str = "succeeded",
    lead: int | None = 600,
    rollback: str | None = None,
    number: int = 0,
) -> dict:
    at = datetime(2025, 3, 1, tzinfo=UTC) + timedelta(days=day - 1, hours=hour)
    at_text = at.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    return {"id": f"r-{number}", "at": at_text, "status": status, "lead_seconds": lead, "rollback": rollback}


def test_an_automatic_rollback_restores_and_delivers_nothing():
    outcomes = [outcome(30, 9, "failed"), outcome(30, 10, rollback="automatic", lead=1), outcome(31, 9, lead=700)]
    got = dora.measure(counted(outcomes), LAST, 7, 1)["current"]
    assert (got["deployments"], got["failures"], got["change_failure_rate"]) == (1, 1, 0.5)
    assert (got["lead_time_seconds"], got["time_to_restore_seconds"]) == (700, 3600)


def test_a_rollback_that_fails_is_no_failed_change_and_restores_nothing():
    outcomes = [outcome(30, 9, "failed"), outcome(30, 10, "failed", rollback="automatic")]
    got = dora.measure(counted(outcomes), LAST, 7, 1)
    assert (got["current"]["failures"], got["current"]["change_failure_rate"]) == (1, 1)
    assert got["failing_since"] == "2025-03-30T09:00:00.000000Z"


@pytest.mark.parametrize("later", [0, 26])
def test_what_a_person_rolled_back_had_failed_although_its_release_succeeded(later):
    outcomes = [outcome(29, 1), outcome(29, 5), outcome(29, 9 + later, rollback="manual")]
    got = dora.measure(counted(outcomes), LAST, 7, 1)["current"]
    assert (got["deployments"], got["failures"], got["change_failure_rate"]) == (2, 1, 0.5)
    assert got["time_to_restore_seconds"] is None


@pytest.mark.parametrize("later", [0, 26])
def test_a_person_who_rolls_back_after_a_failure_ends_the_incident(later):
    outcomes = [outcome(29, 1), outcome(29, 5, "failed"), outcome(29, 9 + later, rollback="manual")]
    got = dora.measure(counted(outcomes), LAST, 7, 1)["current"]
    assert (got["deployments"], got["failures"], got["change_failure_rate"]) == (1, 1, 0.5)
    assert got["time_to_restore_seconds"] == (4 + later) * 3600


def test_never_more_than_all_of_them_failed():
    outcomes = [outcome(20, 1), outcome(20, 2), *(outcome(31, n, rollback="manual") for n in (1, 2)), outcome(31, 3)]
    assert dora.measure(counted(outcomes), LAST, 7, 1)["current"]["change_failure_rate"] == 1


def test_days_that_a_later_build_counted_can_be_read():
    assert dora.Day.load('{"succeeded":2,"leads":{"60":2},"restores":{},"of_a_later_build":1}').succeeded == 2


def test_measures_of_a_period_and_the_one_before():
    outcomes = [
        outcome(20, 9, "failed"),
        outcome(20, 10, lead=100),
        outcome(28, 9, lead=300),
        outcome(29, 9, "failed"),
        outcome(30, 9, "failed"),
        outcome(30, 11, lead=500),
        outcome(31, 8, lead=900),
    ]
    got = dora.measure(counted(outcomes), LAST, 7, 1)
    assert (got["from_date"], got["to_date"], len(got["series"])) == ("2025-03-25", "2025-03-31", 7)
    assert got["current"] == {
        "deployments": 3,
        "failures": 2,
        "deployments_per_day": 0.4286,
        "lead_time_seconds": 500,
        "change_failure_rate": 0.4,
        "time_to_restore_seconds": 26 * 3600,
    }
    assert got["previous"]["deployments"] == 1
    assert got["previous"]["time_to_restore_seconds"] == 3600
    assert got["failing_since"] is None
    on_30th = got["series"][5]
    assert (on_30th["from_date"], on_30th["deployments"], on_30th["time_to_restore_seconds"]) == (
        "2025-03-30",
        1,
        26 * 3600,
    )


def test_nothing_was_released():
    got = dora.measure({}, LAST, 30, 1)
    assert got["current"] == {
        "deployments": 0,
        "failures": 0,
        "deployments_per_day": 0,
        "lead_time_seconds": None,
        "change_failure_rate": None,
        "time_to_restore_seconds": None,
    }


def test_an_incident_that_is_open_is_told():
    got = dora.measure(counted([outcome(30, 9), outcome(30, 10, "failed"), outcome(31, 1, "failed")]), LAST, 7, 1)
    assert got["failing_since"] == "2025-03-30T10:00:00.000000Z"
    assert got["current"]["time_to_restore_seconds"] is None


def test_weeks_end_today():
    series = dora.measure(counted([outcome(31, 1), outcome(24, 1)]), LAST, 90, 7)["series"]
    assert (len(series), series[-1]["from_date"], series[-1]["to_date"]) == (13, "2025-03-25", "2025-03-31")
    assert [span["deployments"] for span in series[-2:]] == [1, 1]
    assert series[0]["from_date"] == "2025-01-01"


def at_once(outcomes) -> tuple[list[int], int]:
    """Restore times, and how many releases a person took back, by looking at all outcomes in a row."""
    restores, taken_back, began = [], 0, None
    for one in sorted(outcomes, key=lambda o: (o["at"], o["id"])):
        if one["status"] == "failed":
            began = began or one["at"]
        elif began:
            restores.append(dora._rounded(dora._seconds(began, one["at"])))
            began = None
        elif one["rollback"] == "manual":
            taken_back += 1
    return restores, taken_back


@hypothesis_settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(18, 31),
            st.floats(0, 23.9),
            st.sampled_from(["succeeded", "failed"]),
            st.integers(0, 10**6),
            st.sampled_from([None, None, "automatic", "manual"]),
        ),
        max_size=40,
    )
)
def test_day_by_day_is_the_same_as_at_once(drawn):
    outcomes = [outcome(*one, number=number) for number, one in enumerate(drawn)]
    got = dora.measure(counted(outcomes), LAST, 14, 1)["current"]
    releases = [o for o in outcomes if not o["rollback"]]
    ended_well = [o for o in releases if o["status"] == "succeeded"]
    restores, taken_back = at_once(outcomes)
    assert (got["deployments"], got["failures"]) == (len(ended_well), len(releases) - len(ended_well) + taken_back)
    leads = [dora._rounded(o["lead_seconds"]) for o in ended_well]
    assert got["lead_time_seconds"] == (median(leads) if leads else None)
    assert got["time_to_restore_seconds"] == (median(restores) if restores else None)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_medians_are_within_half_a_percent(values):
    counts: dora.Counts = {}
    for value in values:
        dora._add(counts, value)
    assert dora.median(counts) == pytest.approx(median(values), rel=0.005)


def test_a_day_stays_small():
    busy = dora.count_day(outcome(1, n / 1000, lead=n * 37, number=n) for n in range(20_000))
    assert len(busy.dump()) < 60_000


@pytest.mark.usefixtures("table")
def test_metrics_of_what_was_posted(client, post):
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for n, status in enumerate(["succeeded", "failed", "succeeded"]):
        start = today - timedelta(days=3, minutes=-60 * n)
        times = {"started_at": start.isoformat(), "finished_at": (start + timedelta(minutes=5)).isoformat()}
        post("/api/releases", release(f"r-{n}", "prod", status=status, **times))
    got = client.get("/api/metrics", {"days": 7}).json()
    assert (got["environment"], got["days"], len(got["series"])) == ("prod", 7, 7)
    assert got["current"]["deployments"] == 2
    assert got["current"]["change_failure_rate"] == 0.3333
    assert got["current"]["lead_time_seconds"] == 300
    assert got["current"]["time_to_restore_seconds"] == 3600
    assert client.get("/api/metrics", {"environment": "test"}).json()["current"]["deployments"] == 0
    for bad in ({"days": 6}, {"days": 367}, {"environment": "NO"}):
        assert client.get("/api/metrics", bad).status_code == 422


@pytest.mark.usefixtures("table")
def test_whoever_counts_last_has_seen_everything(post, monkeypatch):
    """Another release of the day is written and counted between our reading of the day and our writing of it."""
    real, interfered = repository.put_day, []

    def put_day(*arguments):
        if not interfered:
            interfered.append(True)
            post("/api/releases", release("r-2"))
        return real(*arguments)

    monkeypatch.setattr(repository, "put_day", put_day)
    post("/api/releases", release("r-1"))
    assert dora.Day.load(repository.get_day("test", "2025-03-01")["summary"]).succeeded == 2


@pytest.mark.usefixtures("table")
def test_endless_contention_of_a_day_is_told_as_try_again(post, monkeypatch):
    monkeypatch.setattr(repository, "put_day", lambda *_: False)
    monkeypatch.setattr(measures.time, "sleep", lambda _: None)
    assert post("/api/releases", release("r-1")).status_code == 503
    monkeypatch.undo()
    assert post("/api/releases", release("r-1")).status_code == 200
    assert dora.Day.load(repository.get_day("test", "2025-03-01")["summary"]).succeeded == 1
