"""Makes everything that is derived from raw events and facts once more. For `manage.py rebuild_releases`.

Facts are taken from the raw events that are still kept, releases from the facts, the days from the releases. What is
older than the raw events keeps its facts; what was posted is left as it is. The journal may go on receiving events:
every write is one that receiving makes as well.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from journal import measures, projection, repository, selectors, services
from journal.problems import Unprocessable
from journal.schemas import EventIn

_PAGE = 100
_ALL_DAYS = ("2000-01-01", "2200-12-31")


@dataclass
class Rebuilt:
    events: int = 0
    unreadable: int = 0
    executions: int = 0
    days: int = 0


def rebuild(now: datetime, tell: Callable[[str], None]) -> Rebuilt:
    done = Rebuilt()
    executions: dict[str, None] = {}
    for subject in _subjects(now):
        kind, _, name = subject.partition("#")
        if kind == "RELEASE":
            executions[name] = None
        _keep_facts(subject, done, tell)
    days: dict[tuple[str, str], None] = {}
    for environment in selectors.environment_names():
        for release in _every_release(environment):
            if release["origin"] == projection.ORIGIN:
                executions[release["id"]] = None
            if counted := measures.day_of(release):
                days[counted] = None
        days |= {(environment, day): None for day in repository.days(environment, *_ALL_DAYS)}
    for execution_id in executions:
        services.project(execution_id, force=True)
    for environment, day in days:
        measures.count_again(environment, day)
    done.executions, done.days = len(executions), len(days)
    return done


def _keep_facts(subject: str, done: Rebuilt, tell: Callable[[str], None]) -> None:
    for event in repository.events_about(subject):
        try:
            fact = services.fact_of(EventIn.model_validate(json.loads(event["body"])))
        except (ValueError, Unprocessable) as error:
            done.unreadable += 1
            tell(f"event {event['event_id']} cannot be read any more: {error}")
            continue
        if fact:
            services.keep_fact(fact)
            done.events += 1


def _subjects(now: datetime) -> Iterator[str]:
    """Each partition that a kept event tells of, once; deployments first, so that releases find their links."""
    seen: dict[str, None] = {}
    for back in range(settings.JOURNAL_RAW_EVENT_DAYS + 2):
        # Tomorrow as well: another process's clock may be a little ahead.
        day = (now - timedelta(days=back - 1)).date().isoformat()
        seen |= dict.fromkeys(repository.subjects_of(day))
    yield from sorted(seen)


def _every_release(environment: str) -> Iterator[dict]:
    before = None
    while True:
        page, more = repository.newest_releases(environment, status=None, before=before, limit=_PAGE)
        yield from page
        if not more:
            return
        before = repository.position(page[-1])
