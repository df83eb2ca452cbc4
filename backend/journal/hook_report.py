"""validate-deploy's report as the hook writes it (tools/core/src/hook/verdict.rs), and what of it the journal keeps.

Read leniently where a newer hook may say more, strictly in what is shown as a verdict. Texts are cut: a report is kept
in one item of the table.
"""

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, Field

from journal.events import instant, text

_MAX_ENTRIES = 100
_MAX_WRONG = 5
_MOST = 10**12
# An item of DynamoDB has at most 400 KB
# (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html, 2026-11).
_MAX_KEPT_BYTES = 350 * 1024


def _cut(limit: int) -> Any:
    return Annotated[str, AfterValidator(lambda value: text(value, limit) or "")]


Short = _cut(160)
Long = _cut(1000)


class HookPhase(Schema):
    phase: Short
    passed: bool
    elapsed_ms: int = Field(ge=0, le=_MOST)
    detail: Long = ""


class HookAttempt(Schema):
    wrong: list[Long] = Field(default_factory=list)


class HookCheck(Schema):
    name: Short
    passed: bool
    elapsed_ms: int = Field(ge=0, le=_MOST)
    tries: int = Field(ge=0, le=_MOST)
    attempts: list[HookAttempt] = Field(default_factory=list)


class HookChange(Schema):
    path: Short
    before: Long | None = None
    after: Long | None = None
    hidden: bool = False


class HookTaskDefinition(Schema):
    before: Short | None = None
    after: Short
    changes: list[HookChange] = Field(default_factory=list)


class HookReport(Schema):
    report_schema: Literal["validate-deploy/1"] = Field(alias="schema")
    verdict: Literal["Succeeded", "Failed"]
    reason: Short
    message: Long
    deployment_id: str | None = None
    expected_version: Short | None = None
    started_at: AwareDatetime
    elapsed_ms: int = Field(ge=0, le=_MOST)
    phases: list[HookPhase] = Field(default_factory=list)
    checks: list[HookCheck] = Field(default_factory=list)
    task_definition: HookTaskDefinition | None = None

    def kept(self) -> dict[str, Any]:
        """What the API's Report has, without the deployment that it belongs to. It fits into an item of the table."""
        whole = self._whole()
        if len(json.dumps(whole)) <= _MAX_KEPT_BYTES:
            return whole
        # The verdict of each phase and check stays, what they had to say goes.
        return whole | {
            "phases": [phase | {"detail": ""} for phase in whole["phases"]],
            "checks": [check | {"wrong": []} for check in whole["checks"]],
            "task_definition": whole["task_definition"] and whole["task_definition"] | {"changes": []},
        }

    def _whole(self) -> dict[str, Any]:
        started: datetime = self.started_at
        return {
            "verdict": self.verdict,
            "reason": self.reason,
            "message": self.message,
            "expected_version": self.expected_version,
            "started_at": instant(started),
            "elapsed_ms": self.elapsed_ms,
            "phases": [phase.model_dump() for phase in self.phases[:_MAX_ENTRIES]],
            "checks": [_check(check) for check in self.checks[:_MAX_ENTRIES]],
            "task_definition": self._task_definition(),
        }

    def _task_definition(self) -> dict[str, Any] | None:
        if self.task_definition is None:
            return None
        return self.task_definition.model_dump() | {
            "changes": [change.model_dump() for change in self.task_definition.changes[:_MAX_ENTRIES]]
        }


def _check(check: HookCheck) -> dict[str, Any]:
    wrong = check.attempts[-1].wrong[:_MAX_WRONG] if check.attempts else []
    kept = check.model_dump(include={"name", "passed", "elapsed_ms", "tries"})
    return kept | {"wrong": wrong}
