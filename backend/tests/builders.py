"""Bodies for the API, complete by default."""

import itertools

_numbers = itertools.count(1)
EXECUTION = "11111111-2222-3333-4444-555555555555"
SHA = "89abcdef0123456789abcdef0123456789abcdef"


def release(release_id: str = "r-1", environment: str = "test", **changes) -> dict:
    return {
        "id": release_id,
        "environment": environment,
        "git_sha": SHA,
        "message": "journal: show who approved",
        "author": "Ada",
        "status": "succeeded",
        "started_at": "2025-03-01T10:00:00Z",
        "finished_at": "2025-03-01T10:05:00Z",
    } | changes


def event(detail_type: str, time: str, detail: dict, **changes) -> dict:
    return {
        "version": "0",
        "id": f"event-{next(_numbers)}",
        "source": "aws.codepipeline",
        "detail-type": detail_type,
        "time": f"2025-03-01T{time}Z",
        "region": "eu-west-1",
        "account": "123456789012",
        "resources": ["arn:aws:codepipeline:eu-west-1:123456789012:greenlight"],
        "detail": {"pipeline": "greenlight", "execution-id": EXECUTION, **detail},
    } | changes


def pipeline(state: str, time: str, **changes) -> dict:
    return event("CodePipeline Pipeline Execution State Change", time, {"state": state}, **changes)


def stage(name: str, state: str, time: str, **changes) -> dict:
    return event("CodePipeline Stage Execution State Change", time, {"stage": name, "state": state}, **changes)


def action(stage_name: str, name: str, state: str, time: str, category: str, result: dict | None = None) -> dict:
    detail = {
        "stage": stage_name,
        "action": name,
        "state": state,
        "type": {"owner": "AWS", "category": category, "provider": "Any", "version": "1"},
    }
    if result:
        detail["execution-result"] = result
    return event("CodePipeline Action Execution State Change", time, detail)


def whole_execution() -> list[dict]:
    """What a pipeline sends from push to production; several of them within the same second."""
    source = {
        "external-execution-id": SHA,
        "external-execution-summary": '{"ProviderType":"GitHub","CommitMessage":"journal: show who approved"}',
        "external-execution-url": "https://example.com/commit",
    }
    approval = {"external-execution-summary": "Ada: looks right"}
    return [
        pipeline("STARTED", "09:00:00"),
        stage("Source", "STARTED", "09:00:01"),
        action("Source", "Checkout", "STARTED", "09:00:01", "Source"),
        action("Source", "Checkout", "SUCCEEDED", "09:00:05", "Source", source),
        stage("Source", "SUCCEEDED", "09:00:05"),
        stage("Test", "STARTED", "09:10:00"),
        action("Test", "Deploy", "STARTED", "09:10:00", "Deploy"),
        action("Test", "Deploy", "SUCCEEDED", "09:15:00", "Deploy", {"external-execution-id": "d-TEST"}),
        stage("Test", "SUCCEEDED", "09:15:00"),
        stage("Approve", "STARTED", "09:15:01"),
        action("Approve", "Release", "STARTED", "09:15:01", "Approval"),
        action("Approve", "Release", "SUCCEEDED", "09:40:00", "Approval", approval),
        stage("Approve", "SUCCEEDED", "09:40:00"),
        stage("Prod", "STARTED", "09:40:01"),
        action("Prod", "Deploy", "STARTED", "09:40:01", "Deploy"),
        action("Prod", "Deploy", "SUCCEEDED", "09:40:01", "Deploy", {"external-execution-id": "d-PROD"}),
        stage("Prod", "SUCCEEDED", "09:40:01"),
        pipeline("SUCCEEDED", "09:50:00"),
    ]
