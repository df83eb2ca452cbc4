"""Everything that only reads. How many requests an answer needs depends on the number of environments alone."""

import base64
import binascii
import json
import re
from datetime import date, datetime

from journal import events, measures, projection, repository
from journal.problems import NotFound, Unprocessable
from journal.table import Item

# In this order first, whether or not anything was released there; then every other one by name.
_FIRST = tuple(projection.STAGE_ENVIRONMENTS.values())
# Among so many releases before a rollback it is looked for what that brought back.
_ROLLBACK_REACH = 50
_POSITION = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{6}Z#[A-Za-z0-9][A-Za-z0-9._:-]{0,127}#[a-z][a-z0-9-]{0,31}"
)


def environment_names() -> list[str]:
    return [*_FIRST, *sorted(set(repository.environments()) - set(_FIRST))]


def _encode_cursor(position: str, filters: list[str | None]) -> str:
    text = json.dumps([position, *filters])
    return base64.urlsafe_b64encode(text.encode("utf-8")).decode("ascii").rstrip("=")


def _decode_cursor(cursor: str, filters: list[str | None]) -> str:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        position, *made_with = json.loads(text)
    except (binascii.Error, TypeError, ValueError):
        raise Unprocessable("this cursor was not made here") from None
    if not isinstance(position, str) or not _POSITION.fullmatch(position):
        raise Unprocessable("this cursor was not made here")
    if made_with != filters:
        raise Unprocessable("this cursor belongs to another query")
    return position


def list_releases(
    environment: str | None,
    status: str | None,
    since: datetime | None,
    commit: str | None,
    limit: int,
    cursor: str | None,
) -> tuple[list[Item], str | None]:
    """A page, newest first, and the cursor of the next one; None at the end."""
    start = events.instant(since) if since else None
    filters = [environment, status, start, commit]
    before = _decode_cursor(cursor, filters) if cursor else None
    if commit:
        found = [r for r in repository.releases_of_commit(commit) if _matches(r, environment, status, start, before)]
        return _page(found[:limit], len(found) > limit, filters)
    names = [environment] if environment else environment_names()
    merged, more = [], False
    for name in names:
        found, further = repository.newest_releases(name, status=status, since=start, before=before, limit=limit)
        merged.extend(found)
        more = more or further
    # Each environment gave as many as fit on a page, so the page has the newest of all.
    merged.sort(key=repository.position, reverse=True)
    return _page(merged[:limit], more or len(merged) > limit, filters)


def _page(page: list[Item], more: bool, filters: list[str | None]) -> tuple[list[Item], str | None]:
    return page, _encode_cursor(repository.position(page[-1]), filters) if more and page else None


def _matches(release: Item, environment: str | None, status: str | None, since: str | None, before: str | None) -> bool:
    return (
        (environment is None or release["environment"] == environment)
        and (status is None or release["status"] == status)
        and (since is None or release["started_at"] >= since)
        and (before is None or repository.position(release) < before)
    )


def release_detail(release_id: str) -> Item:
    facts, releases = repository.facts_and_releases(release_id)
    stages, pipeline = projection.stages_of(facts), projection.pipeline_of(facts)
    if not releases and not stages and not pipeline:
        raise NotFound(f"there is no release {release_id}")
    releases.sort(key=lambda release: (release["started_at"], release["environment"]))
    return {
        "id": release_id,
        "pipeline": next((fact["pipeline"] for fact in facts), None),
        "status": events.status_of(pipeline["state"]) if pipeline else None,
        "approval": projection.approval_of(facts),
        "stages": stages,
        "releases": [_with_restored(release) for release in releases],
        "reports": [report for release in releases if (report := _report(release))],
    }


def _report(release: Item) -> Item | None:
    if not release.get("validation") or not (deployment := release["deployment"]):
        return None
    _, report, _ = repository.get_deployment(deployment["id"])
    if report is None:
        return None
    return json.loads(report["report"]) | {"environment": release["environment"], "deployment_id": deployment["id"]}


def environments() -> list[Item]:
    """What is live where, and what is newer than that: on its way, or waiting at the gate."""
    return [_environment(name) for name in environment_names()]


def _environment(name: str) -> Item:
    def newest(status: str, since: str | None = None) -> Item | None:
        found, _ = repository.newest_releases(name, status=status, since=since, limit=1)
        return found[0] if found else None

    live = newest("succeeded")
    # What is older than what is live has been overtaken: its end was not heard.
    since = repository.position(live) if live else None
    return {
        "environment": name,
        "live": live and _with_restored(live),
        "in_progress": newest("in_progress", since),
        "waiting": newest("waiting", since),
        "failed": newest("failed", since),
    }


def _with_restored(release: Item) -> Item:
    """A rollback with what it brought back. One request for a rollback, none for anything else."""
    if not (rollback := release.get("rollback")):
        return release
    before = repository.position(release)
    found, _ = repository.newest_releases(
        release["environment"], status="succeeded", before=before, limit=_ROLLBACK_REACH
    )
    return release | {"rollback": rollback | {"restored": _restored(release, found)}}


def _restored(rollback: Item, earlier: list[Item]) -> Item | None:
    """By the image that runs now, where the smoke tests have told it. An automatic one goes to the last success."""
    releases = [release for release in earlier if not release.get("rollback")]
    image = rollback["image_digest"]
    fits = [release for release in releases if image and release["image_digest"] == image]
    if not fits and rollback["rollback"]["automatic"]:
        fits = [release for release in releases[:1] if not image or not release["image_digest"]]
    return next(iter(fits), None)


def metrics(environment: str, days: int, today: date) -> Item:
    return measures.measures(environment, days, today)
