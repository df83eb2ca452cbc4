"""The four DORA measures, from days that are counted once. Pure: no clock, no table, no Django.

A day is counted from its outcomes (releases that succeeded or failed, on the day they ended) into a `Day` of bounded
size; a period is the fold of its days. Counting a period's outcomes at once gives the same (tests/test_measures.py).
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

# Seconds by how often they occurred. Three digits are kept: within 0.5 %, and a day cannot grow without bound.
Counts = dict[int, int]


def _rounded(seconds: int) -> int:
    step = 10 ** max(0, len(str(seconds)) - 3)
    return round(seconds / step) * step


def _add(counts: Counts, seconds: int) -> None:
    key = _rounded(max(0, seconds))
    counts[key] = counts.get(key, 0) + 1


def median(counts: Counts) -> float | None:
    """Of all that was counted; of an even number, the mean of the two in the middle."""
    total = sum(counts.values())
    if not total:
        return None
    low, high, seen, first = (total - 1) // 2, total // 2, 0, None
    for seconds in sorted(counts):
        seen += counts[seconds]
        if first is None and seen > low:
            first = seconds
        if first is not None and seen > high:
            return (first + seconds) / 2
    raise AssertionError("the middle is within what was counted")


@dataclass
class Day:
    """What a day is remembered by. Times are ISO instants."""

    succeeded: int = 0
    failed: int = 0
    # Releases that had succeeded and were rolled back by a person: failures that showed later.
    taken_back: int = 0
    # The day's first success is a rollback by a person, before any failure of the day: whether it took a release back
    # or ended an incident depends on the days before.
    began_by_hand: bool = False
    leads: Counts = field(default_factory=dict)
    # Incidents that began after the day's first success and ended on the day.
    restores: Counts = field(default_factory=dict)
    # The first failure before the first success: part of an incident that may have begun on an earlier day.
    early_failure: str | None = None
    first_success: str | None = None
    # The first failure after the last success: an incident that is open at the end of the day.
    open_failure: str | None = None

    def dump(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))

    @staticmethod
    def load(text: str) -> "Day":
        fields = json.loads(text)
        for name in ("leads", "restores"):
            fields[name] = {int(seconds): count for seconds, count in fields[name].items()}
        # A later build may have counted more than this one knows of.
        return Day(**{name: value for name, value in fields.items() if name in Day.__dataclass_fields__})


def _seconds(start: str, end: str) -> int:
    return max(0, round((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()))


def count_day(outcomes: Iterable[dict[str, Any]]) -> Day:
    """`outcomes`: `id`, `at`, `status`, `lead_seconds` and `rollback` (None, "automatic" or "manual") of each.

    A rollback delivers nothing new, so it is neither a deployment nor a failed one; but it ends an incident.
    """
    day, failing = Day(), None
    for outcome in sorted(outcomes, key=lambda outcome: (outcome["at"], outcome["id"])):
        rollback = outcome.get("rollback")
        if outcome["status"] == "failed":
            day.failed += not rollback
            failing = failing or outcome["at"]
            continue
        day.succeeded += not rollback
        if not rollback and outcome["lead_seconds"] is not None:
            _add(day.leads, int(outcome["lead_seconds"]))
        by_hand = rollback == "manual" and not failing
        if day.first_success is None:
            day.first_success, day.early_failure, day.began_by_hand = outcome["at"], failing, by_hand
        else:
            day.taken_back += by_hand
            if failing:
                _add(day.restores, _seconds(failing, outcome["at"]))
        failing = None
    if day.first_success is None:
        day.early_failure = failing
    else:
        day.open_failure = failing
    return day


@dataclass
class Totals:
    deployments: int = 0
    failed: int = 0
    taken_back: int = 0
    leads: Counts = field(default_factory=dict)
    restores: Counts = field(default_factory=dict)

    def add(self, day: Day, restored: int | None) -> None:
        self.deployments += day.succeeded
        self.failed += day.failed
        self.taken_back += day.taken_back + (day.began_by_hand and restored is None)
        for mine, theirs in ((self.leads, day.leads), (self.restores, day.restores)):
            for seconds, count in theirs.items():
                mine[seconds] = mine.get(seconds, 0) + count
        if restored is not None:
            _add(self.restores, restored)

    def measures(self, days: int) -> dict[str, Any]:
        ended, failures = self.deployments + self.failed, self.failed + self.taken_back
        return {
            "deployments": self.deployments,
            "failures": failures,
            "deployments_per_day": round(self.deployments / days, 4),
            "lead_time_seconds": median(self.leads),
            # What is taken back may have been released before the span: never more than all of them.
            "change_failure_rate": round(min(1, failures / ended), 4) if ended else None,
            "time_to_restore_seconds": median(self.restores),
        }


def _steps(first: date, last: date, step_days: int) -> list[tuple[date, date]]:
    """Spans of `step_days` that end with `last`; the first one may be shorter."""
    spans, end = [], last
    while end >= first:
        start = max(first, end - timedelta(days=step_days - 1))
        spans.append((start, end))
        end = start - timedelta(days=1)
    return spans[::-1]


def measure(counted: dict[str, Day], last: date, days: int, step_days: int) -> dict[str, Any]:
    """The period of `days` that ends with `last`, the one before it, and the period in steps.

    `counted`: by ISO date, of both periods. An incident belongs to the day it ended on; it is as old as its first
    failure within both periods.
    """
    first = last - timedelta(days=days - 1)
    spans = _steps(first, last, step_days)
    current, previous, steps = Totals(), Totals(), [Totals() for _ in spans]
    open_since, index = None, 0
    for offset in range(2 * days):
        today = last - timedelta(days=2 * days - 1 - offset)
        if today > (spans[index][1] if today >= first else last):
            index += 1
        day = counted.get(today.isoformat())
        if day is None:
            continue
        restored, began = None, open_since or day.early_failure
        if day.first_success:
            restored = _seconds(began, day.first_success) if began else None
            open_since = day.open_failure
        else:
            open_since = began
        for totals in (current, steps[index]) if today >= first else (previous,):
            totals.add(day, restored)
    return {
        "from_date": first.isoformat(),
        "to_date": last.isoformat(),
        "days": days,
        "current": current.measures(days),
        "previous": previous.measures(days),
        "failing_since": open_since,
        "series": [
            {"from_date": start.isoformat(), "to_date": end.isoformat()} | totals.measures((end - start).days + 1)
            for (start, end), totals in zip(spans, steps, strict=True)
        ],
    }


def dates(last: date, days: int) -> Sequence[str]:
    """First and last date that `measure` wants."""
    return (last - timedelta(days=2 * days - 1)).isoformat(), last.isoformat()
