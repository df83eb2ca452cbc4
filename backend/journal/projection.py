"""What the facts of one pipeline execution amount to: releases, stages, the approval. Pure: no clock, table or Django.

The same facts give the same releases, in whichever order they are handed over.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from journal.events import Item, deployment_id_of, status_of, text

STAGE_ENVIRONMENTS = {"Test": "test", "Prod": "prod"}
GATED_ENVIRONMENT = "prod"
# Releases made out of events; those that were posted are their author's and never overwritten.
ORIGIN = "events"

# `approve` writes "message · by caller · commit sha · report verdict".
_APPROVER = re.compile(r"(?:^| · )by ([^·]{1,128}?)(?= · |$)")


def commit_message(summary: str | None) -> str | None:
    """Connections report JSON with a CommitMessage, other sources the message itself."""
    try:
        parsed = json.loads(summary or "")
    except ValueError:
        return summary
    if isinstance(parsed, dict) and isinstance(parsed.get("CommitMessage"), str):
        return text(parsed["CommitMessage"])
    return summary


def approver_of(summary: str | None) -> str | None:
    found = _APPROVER.search(summary or "")
    return found.group(1).strip() if found else None


def started_at(fact: Item) -> str:
    return min(fact.get("started_at") or fact["at"], fact["at"])


def _of_kind(facts: Iterable[Item], kind: str) -> list[Item]:
    chosen = (fact for fact in facts if fact["kind"] == kind)
    return sorted(chosen, key=lambda fact: (started_at(fact), fact["order"]))


def pipeline_of(facts: Iterable[Item]) -> Item | None:
    return next(iter(_of_kind(facts, "pipeline")), None)


def deployments_of(facts: Iterable[Item]) -> dict[str, Item]:
    """Deployment ids by environment, each with its action's fact; the newest where a stage was run again."""
    found = {}
    for fact in _of_kind(facts, "action"):
        environment, deployment = STAGE_ENVIRONMENTS.get(fact["stage"]), deployment_id_of(fact)
        if environment and deployment:
            found[environment] = {"id": deployment, "action": fact}
    return found


def rollback_of(pipeline: Item | None) -> Item | None:
    """Of an execution that brings back what was released before: CodePipeline runs one stage, under an id of its own.

    What is brought back is not told by events: journal.selectors looks for it.
    https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-rollback.html (2026-11)
    """
    trigger = json.loads((pipeline or {}).get("trigger") or "{}")
    if trigger.get("type") not in ("AutomatedRollback", "ManualRollback"):
        return None
    automatic, detail = trigger["type"] == "AutomatedRollback", trigger["detail"]
    return {
        "automatic": automatic,
        "by": None if automatic else detail,
        "failed_release": _failed_release(detail) if automatic else None,
    }


def _failed_release(detail: str | None) -> str | None:
    try:
        failed = json.loads(detail or "null")["FailedPipelineExecutionId"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return text(failed, 128)


def _ended(pipeline: Item | None, after: str) -> str | None:
    """How the whole execution ended, if it did, not before `after`."""
    if pipeline and pipeline["at"] >= after and (status := status_of(pipeline["state"])) != "in_progress":
        return status
    return None


def _stage_outcome(stage: Item, pipeline: Item | None) -> tuple[str, str | None]:
    """Status and end. A stage whose own end was lost ends with the pipeline's execution."""
    if (status := status_of(stage["state"])) != "in_progress":
        return status, stage["at"]
    if pipeline and (ended := _ended(pipeline, stage["at"])):
        return ended, pipeline["at"]
    return "in_progress", None


def approval_of(facts: Iterable[Item]) -> Item | None:
    approvals = [fact for fact in _of_kind(facts, "action") if fact["category"] == "Approval"]
    if not approvals:
        return None
    newest, pipeline = approvals[-1], pipeline_of(facts)
    words = {"succeeded": "approved", "failed": "rejected", "stopped": "unanswered", "in_progress": "waiting"}
    status, decided = words[status_of(newest["state"])], newest["at"]
    if status == "waiting" and pipeline and _ended(pipeline, newest["at"]):
        status, decided = "unanswered", pipeline["at"]
    answered = status in ("approved", "rejected")
    return {
        "stage": newest["stage"],
        "action": newest["name"],
        "status": status,
        "requested_at": started_at(newest),
        "decided_at": decided if status != "waiting" else None,
        "summary": newest["summary"] if answered else None,
        "approver": approver_of(newest["summary"]) if answered else None,
    }


def stages_of(facts: Iterable[Item]) -> list[Item]:
    """Stages in the order they started, each with its actions; also stages of which only actions were heard."""
    pipeline, stages = pipeline_of(facts), {}
    for fact in _of_kind(facts, "stage"):
        status, finished = _stage_outcome(fact, pipeline)
        stages[fact["name"]] = _stage(fact["name"], status, started_at(fact), finished)
    for fact in _of_kind(facts, "action"):
        start, status = started_at(fact), status_of(fact["state"])
        unheard = _stage(fact["stage"], "in_progress", start, None)
        action = {name: fact[name] for name in ("name", "category", "provider", "external_id", "summary", "url")}
        action |= {"status": status, "started_at": start}
        action["finished_at"] = fact["at"] if status != "in_progress" else None
        stages.setdefault(fact["stage"], unheard)["actions"].append(action)
    return sorted(stages.values(), key=lambda stage: stage["started_at"])


def _stage(name: str, status: str, start: str, finished: str | None) -> Item:
    return {"name": name, "status": status, "started_at": start, "finished_at": finished, "actions": []}


def _gate(approval: Item) -> tuple[str, str, str | None]:
    """Status, start and end of a release of which nothing was heard but the question whether it may go on."""
    if approval["status"] == "approved":
        return "in_progress", approval["decided_at"], None
    status = {"waiting": "waiting", "rejected": "rejected", "unanswered": "stopped"}[approval["status"]]
    return status, approval["requested_at"], approval["decided_at"]


def seconds_between(start: str, end: str) -> int:
    return max(0, round((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()))


def deployment_of(action: Item | None, told: Item | None, deployment_id: str | None) -> Item | None:
    """A deployment by what CodeDeploy told of it, else by the pipeline's action."""
    if not deployment_id or not (source := told or action):
        return None
    status = status_of(source["state"])
    return {
        "id": deployment_id,
        "status": status,
        "started_at": started_at(source),
        "finished_at": source["at"] if status != "in_progress" else None,
    }


def releases_from(execution_id: str, facts: list[Item], deployments: Mapping[str, Item]) -> list[Item]:
    """One release per environment whose stage was heard of, and one of the environment whose gate it stands at.

    `deployments`: by environment, with `id`, `action`, `told` (CodeDeploy's fact) and `report`, where there are any.
    """
    pipeline, approval = pipeline_of(facts), approval_of(facts)
    rollback = rollback_of(pipeline)
    sources = [f for f in _of_kind(facts, "action") if f["category"] == "Source" and f["state"] == "SUCCEEDED"]
    source = sources[0] if sources else None
    pushed = min((started_at(fact) for fact in facts), default=None)
    reached: dict[str, tuple[str, str, str | None]] = {}
    for stage in _of_kind(facts, "stage"):
        if environment := STAGE_ENVIRONMENTS.get(stage["name"]):
            status, finished = _stage_outcome(stage, pipeline)
            reached[environment] = (status, started_at(stage), finished)
    if approval and GATED_ENVIRONMENT not in reached:
        reached[GATED_ENVIRONMENT] = _gate(approval)
    releases = []
    for environment, (status, start, finished) in reached.items():
        deployment = deployments.get(environment, {})
        report = deployment.get("report")
        releases.append(
            {
                "id": execution_id,
                "environment": environment,
                "status": status,
                "git_sha": source["external_id"] if source else None,
                "message": commit_message(source["summary"]) if source else None,
                "author": None,
                "image_digest": image_digest_of(report),
                "started_at": start,
                "finished_at": finished,
                "lead_seconds": seconds_between(pushed, finished) if pushed and finished else None,
                "origin": ORIGIN,
                "pipeline": next(fact["pipeline"] for fact in facts),
                "approval": approval if environment == GATED_ENVIRONMENT else None,
                "deployment": deployment_of(deployment.get("action"), deployment.get("told"), deployment.get("id")),
                "validation": validation_of(report),
                "rollback": rollback,
            }
        )
    return releases


def image_digest_of(report: Item | None) -> str | None:
    """The image whose every task the hook has identified."""
    version = (report or {}).get("expected_version") or ""
    return version if re.fullmatch(r"sha256:[0-9a-f]{64}", version) else None


def validation_of(report: Item | None) -> Item | None:
    """The report in one line; the whole of it is kept with the deployment."""
    if report is None:
        return None
    checks = report["checks"]
    return {
        "verdict": report["verdict"],
        "reason": report["reason"],
        "message": report["message"],
        "passed": sum(1 for check in checks if check["passed"]),
        "total": len(checks),
    }
