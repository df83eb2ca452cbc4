"""Everything that writes: a release that someone posts, and events that AWS sends."""

import hashlib
import json
import logging
import random
import time
from datetime import UTC, datetime, timedelta

from django.conf import settings
from pydantic import ValidationError

from journal import events, measures, projection, reports, repository
from journal.problems import Conflict, Unavailable, Unprocessable
from journal.schemas import (
    ActionDetail,
    DeploymentDetail,
    EventIn,
    EventReceipt,
    PipelineDetail,
    ReleaseIn,
    StageDetail,
)
from journal.table import Item

log = logging.getLogger("journal.services")

_PROJECTION_ATTEMPTS = 8

_DETAILS = {
    events.PIPELINE_CHANGE: PipelineDetail,
    events.STAGE_CHANGE: StageDetail,
    events.ACTION_CHANGE: ActionDetail,
    events.DEPLOYMENT_CHANGE: DeploymentDetail,
}


def _fingerprint(body: ReleaseIn) -> str:
    text = json.dumps(body.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def create_release(body: ReleaseIn, now: datetime) -> tuple[Item, bool]:
    """The release and whether it is new. The same body twice is one release; another body is a Conflict."""
    started = body.started_at or now
    finished = body.finished_at or (max(now, started) if body.status != "in_progress" else None)
    start, end = events.instant(started), events.instant(finished) if finished else None
    release = {
        **body.model_dump(include={"id", "environment", "git_sha", "message", "author", "status", "image_digest"}),
        "started_at": start,
        "finished_at": end,
        "lead_seconds": projection.seconds_between(start, end) if end else None,
        "origin": "api",
        "pipeline": None,
        "approval": None,
        "deployment": None,
        "validation": None,
        "rollback": None,
        "fingerprint": _fingerprint(body),
    }
    repository.register_environment(body.environment)
    created = repository.put_release(release)
    if not created:
        existing = repository.get_release(body.id, body.environment)
        if not existing or existing.get("fingerprint") != release["fingerprint"]:
            raise Conflict(f"release {body.id} of {body.environment} exists with other content")
        release = existing
    # Also when it was there: the first attempt may have ended before this.
    if counted := measures.day_of(release):
        measures.count_again(*counted)
    return release, created


def receive_event(event: EventIn, body: bytes, now: datetime) -> EventReceipt:
    """Keeps `body`, which `event` was read from, and derives what follows from it.

    Safe to repeat, also after a failure half-way. The body is within BODY_LIMIT_BYTES and so fits into an item.
    """
    fact = fact_of(event)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unprocessable("the body is not UTF-8") from None
    raw = {
        "event_id": event.id,
        "detail_type": event.detail_type,
        "body": text,
        "received_at": events.instant(now),
        "expires_at": int((now + timedelta(days=settings.JOURNAL_RAW_EVENT_DAYS)).timestamp()),
    }
    duplicate = not repository.keep_event(raw, subject_of(fact))
    if duplicate and (stored := repository.get_event(event.id)):
        # The first event of an id counts. It is applied once more: the first attempt may have ended half-way.
        event = EventIn.model_validate(json.loads(stored["body"]))
        fact = fact_of(event)
    if fact:
        keep_fact(fact)
        for execution_id in executions_of(fact):
            project(execution_id)
    extra = {"event_id": event.id, "detail_type": event.detail_type, "duplicate": duplicate}
    log.info("event applied" if fact else "event kept", extra=extra)
    return EventReceipt(id=event.id, known=fact is not None, duplicate=duplicate)


def fact_of(event: EventIn) -> events.Fact | None:
    """None for an unknown kind of event. Unprocessable for a known one that lacks what makes it known."""
    kind = (event.source, event.detail_type)
    if kind not in events.KNOWN_CHANGES:
        return None
    try:
        _DETAILS[kind].model_validate(event.detail)
    except ValidationError as error:
        fields = sorted({".".join(str(part) for part in e["loc"]) for e in error.errors()})
        raise Unprocessable(f"detail of this event lacks or has unusable: {', '.join(fields)}") from error
    return events.fact_of(kind, event.id, event.time.astimezone(UTC), event.detail)


def subject_of(fact: events.Fact | None) -> str | None:
    if fact is None:
        return None
    kinds = {"execution": repository.execution, "deployment": repository.deployment}
    return kinds[fact.subject_kind](fact.subject_id)


def keep_fact(fact: events.Fact) -> None:
    subject = subject_of(fact) or ""
    repository.put_fact(subject, fact.key, fact.data)
    for name, value in fact.once.items():
        repository.put_fact_once(subject, fact.key, name, value)
    if fact.deployment_id:
        repository.link_deployment(fact.deployment_id, fact.subject_id)


def executions_of(fact: events.Fact) -> list[str]:
    """Whose releases a fact may change. Of a deployment, those that named it so far; later ones read its fact."""
    if fact.subject_kind == "execution":
        return [fact.subject_id]
    return repository.get_deployment(fact.subject_id)[2]


def project(execution_id: str, *, force: bool = False) -> None:
    """Makes the releases of an execution from its facts, and counts the days on which they ended.

    `force`: also what seems to be right is written, for an entry of a listing may be lost or wrong.
    """
    fetched: dict[str, Item | None] = {}
    for attempt in range(_PROJECTION_ATTEMPTS):
        if attempt:
            time.sleep(random.uniform(0.01, 0.05) * attempt)
        revision, owed = repository.revision(execution_id)
        facts, stored = repository.facts_and_releases(execution_id)
        posted = {release["environment"] for release in stored if release["origin"] != projection.ORIGIN}
        made = projection.releases_from(execution_id, facts, _deployments(facts, fetched))
        new = [release for release in made if release["environment"] not in posted]
        old = [release for release in stored if release["environment"] not in posted]
        ended = measures.days_of(new)
        days = owed | ended | measures.days_of(old)
        if repository.replace_releases(execution_id, revision, old, new, days, force=force):
            for counted in sorted(days):
                measures.count_again(*counted)
            if days != ended:
                repository.days_were_counted(execution_id, revision + 1, ended)
            return
    raise Unavailable("too many events of this execution at once; try again")


def _deployments(facts: list[Item], fetched: dict[str, Item | None]) -> dict[str, Item]:
    """Of each environment: CodeDeploy's word and the hook's report, which is fetched once it can be there.

    `fetched`: what was found for each deployment, so that another attempt does not ask again.
    """
    found = projection.deployments_of(facts)
    for environment, deployment in found.items():
        told, report, _ = repository.get_deployment(deployment["id"])
        if report is not None:
            report = json.loads(report["report"])
        elif deployment["id"] in fetched:
            report = fetched[deployment["id"]]
        elif report := reports.fetch(environment, deployment["id"]):
            repository.put_report(deployment["id"], {"report": json.dumps(report)})
        fetched[deployment["id"]] = report
        deployment |= {"told": told, "report": report}
    return found
