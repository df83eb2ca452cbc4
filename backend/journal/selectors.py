"""Everything that only reads."""

import base64
import binascii
import json

from journal import events, repository
from journal.problems import NotFound, Unprocessable

Item = repository.Item

# In this order first, whether or not anything was released there; then every other one by name.
_FIRST = tuple(events.STAGE_ENVIRONMENTS.values())


def environment_names() -> list[str]:
    return [*_FIRST, *sorted(set(repository.environments()) - set(_FIRST))]


def _encode_cursor(position: str, environment: str | None, status: str | None) -> str:
    text = json.dumps([position, environment, status])
    return base64.urlsafe_b64encode(text.encode("utf-8")).decode("ascii").rstrip("=")


def _decode_cursor(cursor: str, environment: str | None, status: str | None) -> str:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        position, *filters = json.loads(text)
    except (binascii.Error, TypeError, ValueError):
        raise Unprocessable("this cursor was not made here") from None
    if not isinstance(position, str) or not 0 < len(position) <= 512 or filters != [environment, status]:
        raise Unprocessable("this cursor belongs to another query")
    return position


def list_releases(
    environment: str | None, status: str | None, limit: int, cursor: str | None
) -> tuple[list[Item], str | None]:
    """A page, newest first, and the cursor of the next one.

    Without an environment, every environment's listing is merged. Each is known to be complete down to some position
    only; the page ends at the highest of those, so nothing between two pages is lost.
    """
    before = _decode_cursor(cursor, environment, status) if cursor else None
    names = [environment] if environment else environment_names()
    merged: list[Item] = []
    horizon: str | None = None
    for name in names:
        found, complete_to = repository.newest_releases(name, status=status, before=before, limit=limit)
        merged.extend(found)
        if complete_to and (horizon is None or complete_to > horizon):
            horizon = complete_to
    merged.sort(key=repository.position, reverse=True)
    if horizon:
        merged = [release for release in merged if repository.position(release) >= horizon]
    page = merged[:limit]
    if len(merged) > limit:
        return page, _encode_cursor(repository.position(page[-1]), environment, status)
    return page, _encode_cursor(horizon, environment, status) if horizon else None


def release_detail(release_id: str) -> Item:
    releases, facts = repository.releases_of(release_id), repository.facts(release_id)
    stages, pipeline = events.stages_of(facts), events.pipeline_of(facts)
    if not releases and not stages and not pipeline:
        raise NotFound(f"there is no release {release_id}")
    return {
        "id": release_id,
        "pipeline": next((fact["pipeline"] for fact in facts), None),
        "status": events.status_of(pipeline["state"]) if pipeline else None,
        "approval": events.approval_of(facts),
        "stages": stages,
        "releases": sorted(releases, key=repository.position),
    }


def _newest(environment: str, status: str) -> Item | None:
    before = None
    while True:
        found, before = repository.newest_releases(environment, status=status, before=before, limit=1)
        if found or not before:
            return found[0] if found else None


def environments() -> list[Item]:
    """What is live where. `in_progress` is what moves now: among the newest releases only."""
    states = []
    for name in environment_names():
        newest, _ = repository.newest_releases(name, status=None, before=None, limit=50)
        moving = next((release for release in newest if release["status"] == "in_progress"), None)
        live = next((release for release in newest if release["status"] == "succeeded"), None)
        if live is None and len(newest) == 50:
            live = _newest(name, "succeeded")
        states.append({"environment": name, "live": live, "in_progress": moving})
    return states
