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


def pipeline(state: str, time: str, trigger: dict | None = None, **changes) -> dict:
    detail = {"state": state} | ({"execution-trigger": trigger} if trigger else {})
    return event("CodePipeline Pipeline Execution State Change", time, detail, **changes)


def of(execution_id: str, bodies: list[dict]) -> list[dict]:
    """The same events of another execution."""
    return [body | {"detail": body["detail"] | {"execution-id": execution_id}} for body in bodies]


def deployment(deployment_id: str, state: str, time: str, environment: str = "test") -> dict:
    body = event("CodeDeploy Deployment State-change Notification", time, {}, source="aws.codedeploy")
    body["detail"] = {
        "region": "eu-west-1",
        "deploymentId": deployment_id,
        "deploymentGroup": "backend",
        "instanceGroupId": "9fd2fbef-2157-40d8-91e7-6845af69e2d2",
        "application": f"greenlight-{environment}",
        "state": state,
    }
    return body


def report(deployment_id: str = "d-TEST00001", verdict: str = "Succeeded", **changes) -> dict:
    """What validate-deploy writes to S3 (tools/core/src/hook/verdict.rs)."""
    passed = verdict == "Succeeded"
    wrong = [] if passed else ["status is 500, expected 200"]
    return {
        "schema": "validate-deploy/1",
        "verdict": verdict,
        "reason": "ALL_PASSED" if passed else "CHECK_FAILED",
        "message": "every phase passed" if passed else "releases: status is 500, expected 200",
        "deployment_id": deployment_id,
        "lifecycle_event": "AfterAllowTestTraffic",
        "expected_version": "sha256:" + "cd" * 32,
        "url": "http://10.0.0.1:8443",
        "config_sha256": "ef" * 32,
        "started_at": "2025-03-01T09:12:00Z",
        "elapsed_ms": 4321,
        "phases": [{"phase": "checks", "elapsed_ms": 900, "passed": passed, "detail": "2 of 2"}],
        "checks": [
            {
                "name": "alive",
                "passed": True,
                "elapsed_ms": 12,
                "tries": 2,
                "wrong": 0,
                "connection_errors": 0,
                "attempts": [{"status": 200, "elapsed_ms": 6, "wrong": []}],
            },
            {
                "name": "releases",
                "passed": passed,
                "elapsed_ms": 20,
                "tries": 1,
                "wrong": len(wrong),
                "connection_errors": 0,
                "attempts": [{"status": 200, "elapsed_ms": 20, "wrong": wrong}],
            },
        ],
    } | changes


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
    approval = {"external-execution-summary": f"looks right · by ada · commit {SHA} · report Succeeded"}
    return [
        pipeline("STARTED", "09:00:00"),
        stage("Source", "STARTED", "09:00:01"),
        action("Source", "Checkout", "STARTED", "09:00:01", "Source"),
        action("Source", "Checkout", "SUCCEEDED", "09:00:05", "Source", source),
        stage("Source", "SUCCEEDED", "09:00:05"),
        stage("Test", "STARTED", "09:10:00"),
        action("Test", "Deploy", "STARTED", "09:10:00", "Deploy"),
        action("Test", "Deploy", "SUCCEEDED", "09:15:00", "Deploy", {"external-execution-id": "d-TEST00001"}),
        stage("Test", "SUCCEEDED", "09:15:00"),
        stage("Approve", "STARTED", "09:15:01"),
        action("Approve", "Release", "STARTED", "09:15:01", "Approval"),
        action("Approve", "Release", "SUCCEEDED", "09:40:00", "Approval", approval),
        stage("Approve", "SUCCEEDED", "09:40:00"),
        stage("Prod", "STARTED", "09:40:01"),
        action("Prod", "Deploy", "STARTED", "09:40:01", "Deploy"),
        action("Prod", "Deploy", "SUCCEEDED", "09:40:01", "Deploy", {"external-execution-id": "d-PROD00001"}),
        stage("Prod", "SUCCEEDED", "09:40:01"),
        pipeline("SUCCEEDED", "09:50:00"),
    ]
