"""EventBridge's events of CodePipeline and CodeDeploy, and the facts that they tell. Pure: no clock, table or Django.

An event becomes a fact: the newest state of a pipeline, stage or action execution, or of a deployment. "Newest" is a
total order (see `_order`), so whichever order, and however often, events arrive, the same facts remain.

Shapes: https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html and
https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-cloudwatch-events.html (2026-11).
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Item = dict[str, Any]

PIPELINE_CHANGE = ("aws.codepipeline", "CodePipeline Pipeline Execution State Change")
STAGE_CHANGE = ("aws.codepipeline", "CodePipeline Stage Execution State Change")
ACTION_CHANGE = ("aws.codepipeline", "CodePipeline Action Execution State Change")
DEPLOYMENT_CHANGE = ("aws.codedeploy", "CodeDeploy Deployment State-change Notification")
Kind = tuple[str, str]

_SUCCEEDED = frozenset({"SUCCEEDED", "SUCCESS"})
_FAILED = frozenset({"FAILED", "FAILURE"})
# Ended by a person or by a newer execution: neither a success nor a failure.
_STOPPED = frozenset({"CANCELED", "STOPPED", "STOP", "SUPERSEDED", "ABANDONED"})
_STARTED = frozenset({"STARTED", "START"})
_DEPLOYMENT_ID = re.compile(r"d-[A-Z0-9]{5,32}")
_MAX_TEXT_CHARS = 4096
_MAX_NAME_CHARS = 128


def instant(moment: datetime) -> str:
    """UTC with microseconds: of one width, so that text sorts like time."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def status_of(state: str) -> str:
    if state in _SUCCEEDED:
        return "succeeded"
    if state in _FAILED:
        return "failed"
    return "stopped" if state in _STOPPED else "in_progress"


def _order(at: str, state: str, event_id: str) -> str:
    """EventBridge's times have whole seconds: within one, what started comes before what happened next.

    The rest is a tie-break that says nothing, but says the same whichever event comes first.
    """
    rank = 0 if state in _STARTED else 1 if status_of(state) == "in_progress" else 2
    return f"{at}#{rank}#{state}#{event_id}"


def text(value: object, limit: int = _MAX_TEXT_CHARS) -> str | None:
    """Text of others: cut, and without what UTF-8 cannot say."""
    if not isinstance(value, str) or not value:
        return None
    return value[:limit].encode("utf-8", "replace").decode("utf-8")


@dataclass(frozen=True)
class Fact:
    subject_kind: str
    """`execution` or `deployment`: whose id `subject_id` is."""
    subject_id: str
    key: str
    data: Item
    once: dict[str, str]
    """What is kept whichever event of the fact told it: the start, and what made the pipeline run."""

    @property
    def deployment_id(self) -> str | None:
        """The deployment that an action of a pipeline started."""
        return deployment_id_of(self.data) if self.data["kind"] == "action" else None


def deployment_id_of(action: Item) -> str | None:
    external = action.get("external_id") or ""
    is_deployment = action["category"] == "Deploy" and _DEPLOYMENT_ID.fullmatch(external)
    return external if is_deployment else None


def _pipeline(detail: Item) -> tuple[str, Item]:
    return "PIPELINE", {"kind": "pipeline"}


def _trigger(detail: Item) -> str | None:
    """What made an execution run, as text that can be compared. Not every event of the execution tells it."""
    trigger = detail.get("execution-trigger")
    if not isinstance(trigger, dict) or not (kind := text(trigger.get("trigger-type"), _MAX_NAME_CHARS)):
        return None
    return json.dumps({"type": kind, "detail": text(trigger.get("trigger-detail"), 2048)})


def _stage(detail: Item) -> tuple[str, Item]:
    return f"STAGE#{detail['stage']}", {"kind": "stage", "name": detail["stage"]}


def _action(detail: Item) -> tuple[str, Item]:
    kind, result = detail.get("type") or {}, detail.get("execution-result") or {}
    return f"ACTION#{detail['stage']}#{detail['action']}", {
        "kind": "action",
        "stage": detail["stage"],
        "name": detail["action"],
        "category": text(kind.get("category"), _MAX_NAME_CHARS),
        "provider": text(kind.get("provider"), _MAX_NAME_CHARS),
        "external_id": text(result.get("external-execution-id"), 512),
        "summary": text(result.get("external-execution-summary")),
        "url": text(result.get("external-execution-url"), 2048),
    }


_PARTS: dict[Kind, Callable[[Item], tuple[str, Item]]] = {
    PIPELINE_CHANGE: _pipeline,
    STAGE_CHANGE: _stage,
    ACTION_CHANGE: _action,
}
KNOWN_CHANGES = frozenset({*_PARTS, DEPLOYMENT_CHANGE})


def fact_of(kind: Kind, event_id: str, time: datetime, detail: Item) -> Fact:
    """`kind` is one of KNOWN_CHANGES, and `detail` was checked against its schema."""
    at, state = instant(time), detail["state"]
    data: Item = {"order": _order(at, state, event_id), "state": state, "at": at}
    once = {"started_at": at} if state in _STARTED else {}
    if kind == DEPLOYMENT_CHANGE:
        data |= {"kind": "deployment", "application": detail["application"], "group": detail["deploymentGroup"]}
        return Fact("deployment", detail["deploymentId"], "DEPLOYMENT", data, once)
    if kind == PIPELINE_CHANGE and (trigger := _trigger(detail)):
        once["trigger"] = trigger
    key, parts = _PARTS[kind](detail)
    return Fact("execution", detail["execution-id"], key, data | {"pipeline": detail["pipeline"]} | parts, once)
