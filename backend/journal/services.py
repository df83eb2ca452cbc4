"""Everything that writes: a release that someone posts, and events that the pipeline sends."""

import hashlib
import json
import logging
import random
import time
from datetime import UTC, datetime, timedelta

from django.conf import settings
from pydantic import ValidationError

from journal import events, repository
from journal.problems import Conflict, Unavailable, Unprocessable
from journal.schemas import ActionDetail, EventIn, EventReceipt, PipelineDetail, ReleaseIn, StageDetail

log = logging.getLogger("journal.services")

_PROJECTION_ATTEMPTS = 8

_DETAILS = {
    events.PIPELINE_CHANGE: PipelineDetail,
    events.STAGE_CHANGE: StageDetail,
    events.ACTION_CHANGE: ActionDetail,
}


def _fingerprint(body: ReleaseIn) -> str:
    text = json.dumps(body.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def create_release(body: ReleaseIn, now: datetime) -> tuple[repository.Item, bool]:
    """The release and whether it is new. The same body twice is one release; another body is a Conflict."""
    started = body.started_at or now
    finished = body.finished_at or (max(now, started) if body.status != "in_progress" else None)
    release = {
        **body.model_dump(include={"id", "environment", "git_sha", "message", "author", "status", "image_digest"}),
        "started_at": events.instant(started),
        "finished_at": events.instant(finished) if finished else None,
        "origin": "api",
        "pipeline": None,
        "approval": None,
        "fingerprint": _fingerprint(body),
    }
    repository.register_environment(body.environment)
    if repository.put_release(release):
        return release, True
    existing = repository.get_release(body.id, body.environment)
    if existing and existing.get("fingerprint") == release["fingerprint"]:
        return existing, False
    raise Conflict(f"release {body.id} of {body.environment} exists with other content")


def receive_event(event: EventIn, body: bytes, now: datetime) -> EventReceipt:
    """Keeps `body`, which `event` was read from, and derives what follows from it.

    Safe to repeat, also after a failure half-way. The body is within BODY_LIMIT_BYTES and so fits into an item.
    """
    known = event.source == events.SOURCE and event.detail_type in events.KNOWN_CHANGES
    if known:
        _check_detail(event)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unprocessable("the body is not UTF-8") from None
    raw = {
        "event_id": event.id,
        "detail_type": event.detail_type,
        "body": text,
        "expires_at": int((now + timedelta(days=settings.JOURNAL_RAW_EVENT_DAYS)).timestamp()),
    }
    duplicate = not repository.put_event(event.id, raw)
    if duplicate and (stored := repository.get_event(event.id)):
        # The first event of an id counts. It is applied once more: the first attempt may have ended half-way.
        event = EventIn.model_validate(json.loads(stored["body"]))
        known = event.source == events.SOURCE and event.detail_type in events.KNOWN_CHANGES
    if known:
        _apply(event)
    extra = {"event_id": event.id, "detail_type": event.detail_type, "duplicate": duplicate}
    log.info("event applied" if known else "event kept", extra=extra)
    return EventReceipt(id=event.id, known=known, duplicate=duplicate)


def _check_detail(event: EventIn) -> None:
    try:
        _DETAILS[event.detail_type].model_validate(event.detail)
    except ValidationError as error:
        fields = sorted({".".join(str(part) for part in e["loc"]) for e in error.errors()})
        raise Unprocessable(f"detail of this event lacks or has unusable: {', '.join(fields)}") from error


def _apply(event: EventIn) -> None:
    fact = events.fact_of(event.detail_type, event.time.astimezone(UTC), event.detail)
    repository.put_fact(fact.execution_id, fact.key, fact.data)
    if fact.starts:
        repository.put_fact_start(fact.execution_id, fact.key, fact.data["at"])
    _project(fact.execution_id)


def _project(execution_id: str) -> None:
    for attempt in range(_PROJECTION_ATTEMPTS):
        if attempt:
            time.sleep(random.uniform(0.01, 0.05) * attempt)
        revision = repository.revision(execution_id)
        facts = repository.facts(execution_id)
        posted = {r["environment"] for r in repository.releases_of(execution_id) if r["origin"] != events.ORIGIN}
        made = events.releases_from(execution_id, facts)
        if repository.replace_releases(execution_id, revision, [r for r in made if r["environment"] not in posted]):
            return
    raise Unavailable("too many events of this execution at once; try again")
