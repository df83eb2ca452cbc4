"""CodePipeline's EventBridge events, and what they amount to. Pure: no clock, no table, no Django.

An event becomes a fact (the newest state of a pipeline, stage or action execution); the facts of one execution become
releases, one per environment. Both steps give the same answer in whichever order, and however often, events arrive.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Item = dict[str, Any]

SOURCE = "aws.codepipeline"
PIPELINE_CHANGE = "CodePipeline Pipeline Execution State Change"
STAGE_CHANGE = "CodePipeline Stage Execution State Change"
ACTION_CHANGE = "CodePipeline Action Execution State Change"
KNOWN_CHANGES = frozenset({PIPELINE_CHANGE, STAGE_CHANGE, ACTION_CHANGE})

STAGE_ENVIRONMENTS = {"Test": "test", "Prod": "prod"}
GATED_ENVIRONMENT = "prod"
# Releases made out of events; those that were posted are their author's and never overwritten.
ORIGIN = "events"

_ENDED_BADLY = frozenset({"FAILED", "CANCELED", "STOPPED", "SUPERSEDED", "ABANDONED"})
_MAX_TEXT_CHARS = 4096
_MAX_NAME_CHARS = 128


def instant(moment: datetime) -> str:
    """UTC with microseconds: of one width, so that text sorts like time."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def status_of(state: str) -> str:
    if state == "SUCCEEDED":
        return "succeeded"
    return "failed" if state in _ENDED_BADLY else "in_progress"


def _order(at: str, state: str) -> str:
    """EventBridge's times have whole seconds: within one, what started comes before what happened next."""
    if state == "STARTED":
        return f"{at}#0"
    return f"{at}#1" if status_of(state) == "in_progress" else f"{at}#2"


def _text(value: object, limit: int = _MAX_TEXT_CHARS) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    return value[:limit].encode("utf-8", "replace").decode("utf-8")


@dataclass(frozen=True)
class Fact:
    execution_id: str
    key: str
    data: Item
    starts: bool


def fact_of(detail_type: str, time: datetime, detail: Item) -> Fact:
    """`detail` was checked against journal.schemas.PipelineDetail."""
    at, state = instant(time), detail["state"]
    data: Item = {"order": _order(at, state), "state": state, "at": at, "pipeline": detail["pipeline"]}
    if detail_type == PIPELINE_CHANGE:
        key = "PIPELINE"
        data["kind"] = "pipeline"
    elif detail_type == STAGE_CHANGE:
        key = f"STAGE#{detail['stage']}"
        data |= {"kind": "stage", "name": detail["stage"]}
    else:
        key = f"ACTION#{detail['stage']}#{detail['action']}"
        kind, result = detail.get("type") or {}, detail.get("execution-result") or {}
        data |= {
            "kind": "action",
            "stage": detail["stage"],
            "name": detail["action"],
            "category": _text(kind.get("category"), _MAX_NAME_CHARS),
            "provider": _text(kind.get("provider"), _MAX_NAME_CHARS),
            "external_id": _text(result.get("external-execution-id"), 512),
            "summary": _text(result.get("external-execution-summary")),
            "url": _text(result.get("external-execution-url"), 2048),
        }
    return Fact(detail["execution-id"], key, data, starts=state == "STARTED")


def commit_message(summary: str | None) -> str | None:
    """Connections report JSON with a CommitMessage, other sources the message itself."""
    try:
        parsed = json.loads(summary or "")
    except ValueError:
        return summary
    if isinstance(parsed, dict) and isinstance(parsed.get("CommitMessage"), str):
        return _text(parsed["CommitMessage"])
    return summary


def started_at(fact: Item) -> str:
    return min(fact.get("started_at") or fact["at"], fact["at"])


def _of_kind(facts: Iterable[Item], kind: str) -> list[Item]:
    return sorted((f for f in facts if f["kind"] == kind), key=started_at)


def pipeline_of(facts: list[Item]) -> Item | None:
    return next(iter(_of_kind(facts, "pipeline")), None)


def _stage_outcome(stage: Item, pipeline: Item | None) -> tuple[str, str | None]:
    """Status and end. A stage whose own end was lost ends with the pipeline's execution."""
    if (status := status_of(stage["state"])) != "in_progress":
        return status, stage["at"]
    if pipeline and pipeline["at"] >= stage["at"] and (status := status_of(pipeline["state"])) != "in_progress":
        return status, pipeline["at"]
    return "in_progress", None


def approval_of(facts: list[Item]) -> Item | None:
    approvals = [f for f in _of_kind(facts, "action") if f["category"] == "Approval"]
    if not approvals:
        return None
    newest = approvals[-1]
    status = {"succeeded": "approved", "failed": "rejected", "in_progress": "waiting"}[status_of(newest["state"])]
    decided = status != "waiting"
    return {
        "stage": newest["stage"],
        "action": newest["name"],
        "status": status,
        "requested_at": started_at(newest),
        "decided_at": newest["at"] if decided else None,
        "summary": newest["summary"] if decided else None,
    }


def stages_of(facts: list[Item]) -> list[Item]:
    """Stages in the order they started, each with its actions; also stages of which only actions were heard."""
    pipeline, stages = pipeline_of(facts), {}
    for fact in _of_kind(facts, "stage"):
        status, finished = _stage_outcome(fact, pipeline)
        stages[fact["name"]] = {
            "name": fact["name"],
            "status": status,
            "started_at": started_at(fact),
            "finished_at": finished,
            "actions": [],
        }
    for fact in _of_kind(facts, "action"):
        status = status_of(fact["state"])
        start = started_at(fact)
        unheard = {
            "name": fact["stage"],
            "status": "in_progress",
            "started_at": start,
            "finished_at": None,
            "actions": [],
        }
        stages.setdefault(fact["stage"], unheard)["actions"].append(
            {
                "name": fact["name"],
                "category": fact["category"],
                "provider": fact["provider"],
                "status": status,
                "started_at": start,
                "finished_at": fact["at"] if status != "in_progress" else None,
                "external_id": fact["external_id"],
                "summary": fact["summary"],
                "url": fact["url"],
            }
        )
    return sorted(stages.values(), key=lambda stage: stage["started_at"])


def releases_from(execution_id: str, facts: list[Item]) -> list[Item]:
    """One release per environment whose stage has been heard of."""
    pipeline = pipeline_of(facts)
    sources = [f for f in _of_kind(facts, "action") if f["category"] == "Source" and f["state"] == "SUCCEEDED"]
    source = sources[0] if sources else None
    releases = []
    for stage in _of_kind(facts, "stage"):
        if (environment := STAGE_ENVIRONMENTS.get(stage["name"])) is None:
            continue
        status, finished = _stage_outcome(stage, pipeline)
        releases.append(
            {
                "id": execution_id,
                "environment": environment,
                "status": status,
                "git_sha": source["external_id"] if source else None,
                "message": commit_message(source["summary"]) if source else None,
                "author": None,
                "image_digest": None,
                "started_at": started_at(stage),
                "finished_at": finished,
                "origin": ORIGIN,
                "pipeline": stage["pipeline"],
                "approval": approval_of(facts) if environment == GATED_ENVIRONMENT else None,
            }
        )
    return releases
