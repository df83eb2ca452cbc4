"""Counts days and answers the DORA measures from what was counted. The arithmetic is journal.dora's."""

import random
import time
from collections.abc import Iterable
from datetime import date

from journal import dora, repository
from journal.problems import Unavailable
from journal.table import Item

_ATTEMPTS = 8
# Up to so many days a step of the series is a day, above it a week.
_DAILY_UP_TO_DAYS = 31


def count_again(environment: str, day: str) -> None:
    """Counts a day from its outcomes. Safe to repeat; whoever counts last has seen every outcome written before."""
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(random.uniform(0.01, 0.05) * attempt)
        stored = repository.get_day(environment, day)
        summary = dora.count_day(_plain(outcome) for outcome in repository.outcomes_of(environment, day)).dump()
        if stored and stored["summary"] == summary:
            return
        if repository.put_day(environment, day, int(stored["version"]) if stored else 0, summary):
            return
    raise Unavailable("too many releases ended at once; try again")


def _plain(outcome: Item) -> Item:
    lead = outcome["lead_seconds"]
    return outcome | {"lead_seconds": None if lead is None else int(lead)}


def day_of(release: Item | None) -> tuple[str, str] | None:
    """The day on which a release counts, if it does."""
    if not release or release["status"] not in ("succeeded", "failed") or not release["finished_at"]:
        return None
    return release["environment"], release["finished_at"][:10]


def days_of(releases: Iterable[Item]) -> set[tuple[str, str]]:
    return {day for release in releases if (day := day_of(release))}


def measures(environment: str, days: int, today: date) -> Item:
    """Two periods of `days`, read in one query."""
    stored = repository.days(environment, *dora.dates(today, days))
    counted = {day: dora.Day.load(summary) for day, summary in stored.items()}
    step_days = 1 if days <= _DAILY_UP_TO_DAYS else 7
    return {"environment": environment} | dora.measure(counted, today, days, step_days)
