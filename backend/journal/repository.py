"""Which items the journal has, and under which keys. README.md has the list.

It knows keys and conditions, not what a release means. Items are plain dicts; keys stay in here.
"""

from collections.abc import Iterable

from journal import table
from journal.table import Item

ABSENT = "attribute_not_exists(pk)"
_ENVIRONMENTS = "ENVIRONMENTS"
_MOST_BY_COMMIT = 100
Day = tuple[str, str]
"""Environment and date."""


def execution(execution_id: str) -> str:
    """Partition of a pipeline execution, or of a release that was posted."""
    return f"RELEASE#{execution_id}"


def deployment(deployment_id: str) -> str:
    """Partition of a CodeDeploy deployment."""
    return f"DEPLOYMENT#{deployment_id}"


def position(release: Item) -> str:
    """Where a release stands in a listing; unique, and sorted by start."""
    return f"{release['started_at']}#{release['id']}#{release['environment']}"


# --- raw events, kept until they expire


def keep_event(event: Item, subject: str | None) -> bool:
    """Keeps `event` under its id; False when one with that id is there. `subject` is the partition that it tells of."""
    key = {"pk": f"EVENT#{event['event_id']}", "sk": "EVENT"}
    writes = [table.put_of(event | key, ABSENT)]
    if subject:
        kept = {"expires_at": event["expires_at"]}
        day = event["received_at"][:10]
        writes.append(table.put_of(kept | {"pk": subject, "sk": f"TOLD#{event['event_id']}"}))
        writes.append(table.put_of(kept | {"pk": f"SUBJECTS#{day}", "sk": subject}))
    return table.transact(writes)


def get_event(event_id: str) -> Item | None:
    return table.get(f"EVENT#{event_id}", "EVENT")


def events_about(subject: str) -> list[Item]:
    pointers = table.starting_with(subject, "TOLD#")
    return table.get_many((f"EVENT#{sk.removeprefix('TOLD#')}", "EVENT") for sk, _ in pointers)


def subjects_of(day: str) -> list[str]:
    """Partitions of which an event was received on that day."""
    return [sk for sk, _ in table.starting_with(f"SUBJECTS#{day}", "")]


# --- facts, out of which releases are made


def put_fact(subject: str, key: str, fact: Item) -> bool:
    """Keeps a fact unless a newer one (by its `order`, which is unique) is there; False when it was older."""
    condition = "attribute_not_exists(#order) OR #order <= :order"
    return table.update(subject, f"FACT#{key}", fact, condition)


def put_fact_once(subject: str, key: str, name: str, value: str) -> None:
    """Keeps what only some events of a fact tell: the least value of all, whichever order the events come in."""
    table.update(subject, f"FACT#{key}", {name: value}, f"attribute_not_exists(#{name}) OR #{name} > :{name}")


def facts_and_releases(execution_id: str) -> tuple[list[Item], list[Item]]:
    """Facts of an execution and its releases, in one request: their keys are neighbours."""
    found = table.between(execution(execution_id), "ENV#", "FACT#\U0010ffff")
    facts = [item for sk, item in found if sk.startswith("FACT#")]
    return facts, [item for sk, item in found if sk.startswith("ENV#")]


# --- deployments


def link_deployment(deployment_id: str, execution_id: str) -> None:
    table.put({"pk": deployment(deployment_id), "sk": f"RELEASE#{execution_id}"})


def put_report(deployment_id: str, report: Item) -> None:
    """The first one counts: a deployment is validated once."""
    table.put(report | {"pk": deployment(deployment_id), "sk": "REPORT"}, ABSENT)


def get_deployment(deployment_id: str) -> tuple[Item | None, Item | None, list[str]]:
    """What CodeDeploy told, the report of its validation, and the executions it belongs to."""
    found = dict(table.between(deployment(deployment_id), "FACT#", "REPORT"))
    executions = [sk.removeprefix("RELEASE#") for sk in found if sk.startswith("RELEASE#")]
    return found.get("FACT#DEPLOYMENT"), found.get("REPORT"), executions


# --- releases


def _release_items(release: Item) -> list[Item]:
    """The release, and its entries in the listings by status and by commit."""
    environment, place = release["environment"], position(release)
    pk = execution(release["id"])
    items = [
        {**release, "pk": pk, "sk": f"ENV#{environment}", "gsi1pk": f"ENV#{environment}", "gsi1sk": place},
        {
            **release,
            "pk": pk,
            "sk": f"STATUS#{environment}",
            "gsi1pk": f"ENV#{environment}#STATUS#{release['status']}",
            "gsi1sk": place,
        },
    ]
    if commit := release["git_sha"]:
        index = {"gsi1pk": f"COMMIT#{commit[:4]}", "gsi1sk": f"{commit}#{place}"}
        items.append({**release, "pk": pk, "sk": f"COMMIT#{environment}", **index})
    return items


def rollback_kind(release: Item) -> str | None:
    """None for a release of something new."""
    if not (rollback := release.get("rollback")):
        return None
    return "automatic" if rollback["automatic"] else "manual"


def _outcome_key(release: Item) -> tuple[str, str] | None:
    """An outcome is what is counted: a release that ended well or badly, on the day it ended."""
    if release["status"] not in ("succeeded", "failed") or not release["finished_at"]:
        return None
    return f"OUTCOMES#{release['environment']}#{release['finished_at'][:10]}", release["id"]


def _writes(old: Item | None, new: Item | None, condition: str, values: Item | None) -> list[dict]:
    writes = []
    if new:
        first, *entries = _release_items(new)
        writes = [table.put_of(first, condition, values), *(table.put_of(entry) for entry in entries)]
    elif old:
        writes = [table.delete_of(execution(old["id"]), f"{kind}#{old['environment']}") for kind in ("ENV", "STATUS")]
    if old and old["git_sha"] and not (new and new["git_sha"]):
        writes.append(table.delete_of(execution(old["id"]), f"COMMIT#{old['environment']}"))
    before, after = old and _outcome_key(old), new and _outcome_key(new)
    if before and before != after:
        writes.append(table.delete_of(*before))
    if new and after:
        outcome = {"id": new["id"], "at": new["finished_at"], "status": new["status"]}
        outcome |= {"lead_seconds": new["lead_seconds"], "rollback": rollback_kind(new)}
        writes.append(table.put_of(outcome | {"pk": after[0], "sk": after[1]}))
    return writes


def put_release(release: Item) -> bool:
    """False when a release with that id and environment is already there."""
    return table.transact(_writes(None, release, ABSENT, None))


def revision(execution_id: str) -> tuple[int, set[Day]]:
    """How often the releases of an execution were written, and the days that have to be counted since.

    Read it before the facts: see replace_releases.
    """
    meta = table.get(execution(execution_id), "META") or {}
    owed = (day.partition("#") for day in meta.get("owed", []))
    return int(meta.get("revision", 0)), {(environment, day) for environment, _, day in owed}


def _owed(days: Iterable[Day]) -> list[str]:
    return [f"{environment}#{day}" for environment, day in sorted(days)]


def days_were_counted(execution_id: str, at_revision: int, remaining: Iterable[Day]) -> None:
    """Forgets days on which nothing of the execution ended after all; unless someone wrote since `at_revision`."""
    table.update(
        execution(execution_id),
        "META",
        {"owed": _owed(remaining), "revision": at_revision},
        "#revision = :revision",
    )


def replace_releases(
    execution_id: str,
    seen_revision: int,
    old: Iterable[Item],
    new: Iterable[Item],
    days: Iterable[Day],
    *,
    force: bool = False,
) -> bool:
    """Writes the releases that were made out of facts read after `seen_revision`, in place of `old`; all or nothing.

    False when someone else wrote in between: read revision and facts again. So the last write always knows all facts.
    A release that stays as it is is only written again with `force`, but the revision always is: it tells others that
    what they have read may be too old. With it is written which `days` must be counted now, for whoever writes it may
    be gone before it has counted them.
    """
    meta = {"pk": execution(execution_id), "sk": "META", "revision": seen_revision + 1, "owed": _owed(days)}
    if seen_revision:
        writes = [table.put_of(meta, "revision = :seen", {":seen": seen_revision})]
    else:
        writes = [table.put_of(meta, ABSENT)]
    before = {release["environment"]: release for release in old}
    after = {release["environment"]: release for release in new}
    for name in sorted(before.keys() | after.keys()):
        release = after.get(name)
        if release == before.get(name) and not force:
            continue
        values = {":origin": release["origin"]} if release else None
        writes += _writes(before.get(name), release, f"{ABSENT} OR origin = :origin", values)
    return table.transact(writes)


def get_release(release_id: str, environment: str) -> Item | None:
    return table.get(execution(release_id), f"ENV#{environment}")


def newest_releases(
    environment: str, *, status: str | None, since: str | None = None, before: str | None = None, limit: int
) -> tuple[list[Item], bool]:
    """Newest first, from below the position `before`, and whether there are more. One request, whatever the filters."""
    index = f"ENV#{environment}#STATUS#{status}" if status else f"ENV#{environment}"
    found = table.newest_of_index(index, since=since, before=before, limit=limit + 1)
    return found[:limit], len(found) > limit


def releases_of_commit(prefix: str) -> list[Item]:
    """Releases whose commit begins so (four digits at least), newest first. One request; at most a hundred."""
    found = table.newest_of_index(f"COMMIT#{prefix[:4]}", starts=prefix, limit=_MOST_BY_COMMIT)
    return sorted(found, key=position, reverse=True)


# --- environments


def register_environment(name: str) -> None:
    table.put({"pk": _ENVIRONMENTS, "sk": f"ENV#{name}", "name": name}, ABSENT)


def environments() -> list[str]:
    return [item["name"] for _, item in table.starting_with(_ENVIRONMENTS, "ENV#")]


# --- outcomes of a day, and the day that was counted


def outcomes_of(environment: str, day: str) -> list[Item]:
    return [item for _, item in table.starting_with(f"OUTCOMES#{environment}#{day}", "")]


def get_day(environment: str, day: str) -> Item | None:
    return table.get(f"METRICS#{environment}", f"DAY#{day}")


def put_day(environment: str, day: str, seen_version: int, summary: str) -> bool:
    """False when the day was counted by someone else since `seen_version`."""
    item = {"pk": f"METRICS#{environment}", "sk": f"DAY#{day}", "version": seen_version + 1, "summary": summary}
    if seen_version:
        return table.put(item, "version = :seen", {":seen": seen_version})
    return table.put(item, ABSENT)


def days(environment: str, first: str, last: str) -> dict[str, str]:
    """Counted days by date. As many requests as a range of days needs, however many releases there are."""
    found = table.between(f"METRICS#{environment}", f"DAY#{first}", f"DAY#{last}")
    return {sk.removeprefix("DAY#"): item["summary"] for sk, item in found}
