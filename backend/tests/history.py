"""Ninety days of a small product's releases, as the events that AWS would have sent. The same for the same `now`."""

import json
import random
from datetime import datetime, timedelta

MESSAGES = [
    "orders: keep the cart across logins\n\nThe session was keyed by the old cookie, which a login replaces.",
    "search: rank exact matches first",
    "checkout: say which field is wrong",
    "journal: show who approved a release",
    "api: answer 409 instead of overwriting",
    "frontend: load older releases page by page",
    "backend: keep raw events for ninety days\n\nThe projection can be made again from them.",
    "deps: django 5.2.8, boto3 1.43",
    "invoices: round once, at the end",
    "accounts: let sessions end after thirty minutes of nothing",
    "images: serve avif where the browser takes it",
    "orders: retry the payment provider's timeouts",
    "terraform: three availability zones in prod",
    "search: index titles in the language of the shop",
    "deploy: raise memory to 1024 MiB",
    "a commit message that is much longer than anybody should write in a single line, because it happens anyway and the page must cope with it gracefully",
]
APPROVERS = ["ada", "noor", "arn:aws:sts::123456789012:assumed-role/release-engineer/mira", "ada"]
CHECKS = ["alive", "the table answers", "version", "releases"]
KINDS = {3: "prod", 5: "test", 8: "rejected", 9: "build", 11: "prod"}


class Execution:
    def __init__(self, number: int, start: datetime, kind: str) -> None:
        rng = random.Random(number)
        self.number, self.kind, self.at = number, kind, start
        self.id = f"{number:08x}-1c2d-4e3f-8a9b-{rng.getrandbits(48):012x}"
        self.sha = f"{rng.getrandbits(160):040x}"
        self.digest = f"sha256:{rng.getrandbits(256):064x}"
        self.message = MESSAGES[number % len(MESSAGES)]
        self.rng = rng
        self.events: list[dict] = []
        self.reports: dict[str, dict] = {}

    def after(self, low: int, high: int) -> None:
        self.at += timedelta(seconds=self.rng.randint(low, high))

    def tell(self, kind: str, detail: dict, source: str = "aws.codepipeline") -> None:
        self.events.append(
            {
                "version": "0",
                "id": f"{self.id}-{len(self.events)}",
                "source": source,
                "detail-type": kind,
                "time": self.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "region": "eu-central-1",
                "account": "123456789012",
                "resources": [],
                "detail": detail,
            }
        )

    def pipeline(self, state: str, trigger: dict | None = None) -> None:
        detail = {"pipeline": "greenlight", "execution-id": self.id, "state": state}
        if trigger:
            detail["execution-trigger"] = trigger
        self.tell("CodePipeline Pipeline Execution State Change", detail)

    def stage(self, name: str, state: str) -> None:
        detail = {"pipeline": "greenlight", "execution-id": self.id, "state": state, "stage": name}
        self.tell("CodePipeline Stage Execution State Change", detail)

    def action(
        self, stage: str, name: str, state: str, category: str, provider: str, result: dict | None = None
    ) -> None:
        detail = {"pipeline": "greenlight", "execution-id": self.id, "state": state, "stage": stage, "action": name}
        detail["type"] = {"owner": "AWS", "category": category, "provider": provider, "version": "1"}
        if result:
            detail["execution-result"] = {f"external-execution-{key}": value for key, value in result.items()}
        self.tell("CodePipeline Action Execution State Change", detail)

    def ran(self, stage: str, name: str, provider: str, seconds: tuple[int, int], state: str = "SUCCEEDED") -> None:
        self.action(stage, name, "STARTED", "Build", provider)
        self.after(*seconds)
        result = {
            "id": f"greenlight-{name.lower()}:{self.number}",
            "url": f"https://console.example.com/{name.lower()}/{self.number}",
        }
        if state == "FAILED":
            result["summary"] = "Build terminated with state: FAILED. Phase: BUILD, Code: COMMAND_EXECUTION_ERROR"
        self.action(stage, name, state, "Build", provider, result)

    def deploy(self, stage: str, state: str) -> None:
        environment, deployment = stage.lower(), f"d-{stage[0].upper()}{self.number:08}"
        self.action(stage, "Deploy", "STARTED", "Deploy", "CodeDeployToECS")
        told = {"deploymentId": deployment, "application": f"greenlight-{environment}", "deploymentGroup": "backend"}
        self.tell("CodeDeploy Deployment State-change Notification", told | {"state": "START"}, "aws.codedeploy")
        self.after(70, 200)
        self.reports[f"{environment}/{deployment}"] = self.report(environment, deployment, state == "SUCCEEDED")
        self.after(60, 120)
        word = "SUCCESS" if state == "SUCCEEDED" else "FAILURE"
        self.tell("CodeDeploy Deployment State-change Notification", told | {"state": word}, "aws.codedeploy")
        result = {"id": deployment, "url": f"https://console.example.com/deployments/{deployment}"}
        if state == "FAILED":
            result["summary"] = "Deployment failed: the lifecycle event AfterAllowTestTraffic was not successful"
        self.action(stage, "Deploy", state, "Deploy", "CodeDeployToECS", result)

    def report(self, environment: str, deployment: str, passed: bool) -> dict:
        wrong = (
            [] if passed else ["status is 500, expected 200", "the answer took 3214 ms, at most 3000 ms are allowed"]
        )
        phases = ["discover", "wiring", "health", "identity", "checks"]
        details = [
            "green is task set ecs-svc/5512",
            "all traffic of the test listener goes to green",
            "2 of 2 targets healthy",
        ]
        details += [f"2 targets run {self.digest[:19]}", "4 of 4 checks passed" if passed else "3 of 4 checks passed"]
        checks = []
        for name in CHECKS:
            fails = not passed and name == CHECKS[-1]
            attempt = {"status": 500 if fails else 200, "elapsed_ms": 9, "wrong": wrong if fails else []}
            checks.append(
                {
                    "name": name,
                    "passed": not fails,
                    "elapsed_ms": self.rng.randint(8, 400),
                    "tries": 3 if fails else 1,
                    "wrong": 1,
                    "connection_errors": 0,
                    "attempts": [attempt],
                }
            )
        changes = [
            {
                "path": "containers.web.image",
                "before": f"greenlight/backend@sha256:{self.number - 1:012x}…",
                "after": f"greenlight/backend@{self.digest[:19]}…",
            },
            {
                "path": "containers.web.environment.GIT_SHA",
                "before": "(not shown)",
                "after": "(not shown)",
                "hidden": True,
            },
        ]
        if self.number % 5 == 4:
            changes.append({"path": "memory", "before": "512", "after": "1024"})
            changes.append({"path": "containers.web.secrets.SMTP_PASSWORD", "after": "/greenlight/prod/smtp-password"})
        return {
            "schema": "validate-deploy/1",
            "verdict": "Succeeded" if passed else "Failed",
            "reason": "ALL_PASSED" if passed else "CHECK_FAILED",
            "message": "every phase passed" if passed else "releases: status is 500, expected 200",
            "deployment_id": deployment,
            "expected_version": self.digest,
            "started_at": self.at.isoformat(),
            "elapsed_ms": self.rng.randint(8_000, 40_000),
            "phases": [
                {
                    "phase": phase,
                    "passed": passed or phase != "checks",
                    "elapsed_ms": self.rng.randint(20, 6000),
                    "detail": detail,
                }
                for phase, detail in zip(phases, details, strict=True)
            ],
            "checks": checks,
            "task_definition": {
                "before": f"greenlight-{environment}-backend:{self.number}" if self.number else None,
                "after": f"greenlight-{environment}-backend:{self.number + 1}",
                "changes": changes,
            },
        }

    def run(self) -> "Execution":
        self.pipeline("STARTED")
        self.stage("Source", "STARTED")
        self.action("Source", "Source", "STARTED", "Source", "CodeStarSourceConnection")
        self.after(2, 9)
        summary = json.dumps({"ProviderType": "GitHub", "CommitMessage": self.message})
        result = {"id": self.sha, "summary": summary, "url": f"https://example.com/commit/{self.sha}"}
        self.action("Source", "Source", "SUCCEEDED", "Source", "CodeStarSourceConnection", result)
        self.stage("Source", "SUCCEEDED")
        self.stage("Build", "STARTED")
        self.ran("Build", "Tools", "CodeBuild", (20, 90))
        self.ran("Build", "Backend", "CodeBuild", (60, 180), "FAILED" if self.kind == "build" else "SUCCEEDED")
        if self.kind == "build":
            return self.over("Build")
        self.ran("Build", "Frontend", "CodeBuild", (30, 90))
        self.stage("Build", "SUCCEEDED")
        if not self.release("Test", "FAILED" if self.kind == "test" else "SUCCEEDED"):
            return self
        self.stage("Approve", "STARTED")
        self.action("Approve", "Approve", "STARTED", "Approval", "Manual")
        if self.kind == "waiting":
            return self
        self.after(200, 9000)
        approver = APPROVERS[self.number % len(APPROVERS)]
        words = "not on a Friday" if self.kind == "rejected" else "smoke tests passed, looks right in test"
        said = {"summary": f"{words} · by {approver} · commit {self.sha[:12]} · report Succeeded"}
        state = "FAILED" if self.kind == "rejected" else "SUCCEEDED"
        self.action("Approve", "Approve", state, "Approval", "Manual", said)
        if self.kind == "rejected":
            return self.over("Approve")
        self.stage("Approve", "SUCCEEDED")
        if self.kind == "moving":
            self.stage("Prod", "STARTED")
            self.action("Prod", "Deploy", "STARTED", "Deploy", "CodeDeployToECS")
            return self
        if self.release("Prod", "FAILED" if self.kind == "prod" else "SUCCEEDED"):
            self.pipeline("SUCCEEDED")
        return self

    def run_back(self, failed: "Execution", good: "Execution") -> "Execution":
        """What CodePipeline runs by itself after `failed` has failed in prod: the stage, with what `good` had released."""
        self.digest = good.digest
        failed_id = json.dumps({"FailedPipelineExecutionId": failed.id})
        self.pipeline("STARTED", {"trigger-type": "AutomatedRollback", "trigger-detail": failed_id})
        self.release("Prod", "SUCCEEDED")
        self.pipeline("SUCCEEDED")
        return self

    def release(self, stage: str, state: str) -> bool:
        self.stage(stage, "STARTED")
        self.deploy(stage, state)
        if state == "FAILED":
            self.over(stage)
            return False
        self.ran(stage, "Publish", "CodeBuild", (10, 40))
        self.ran(stage, "Smoke", "CodeBuild", (5, 20))
        self.stage(stage, "SUCCEEDED")
        return True

    def over(self, stage: str) -> "Execution":
        self.stage(stage, "FAILED")
        self.pipeline("FAILED")
        return self


def executions(now: datetime, days: int) -> list[Execution]:
    rng, found, number, good = random.Random(3), [], 2, None
    for back in range(days, 0, -1):
        day = (now - timedelta(days=back)).replace(hour=9, minute=0, second=0, microsecond=0)
        if day.weekday() >= 5 or rng.random() < 0.6:
            continue
        kind, start = KINDS.get(number % 13, "good"), day + timedelta(minutes=rng.randint(0, 300))
        found.append(Execution(number, start, kind).run())
        number += 1
        if kind == "prod" and good:
            found.append(Execution(1000 + number, found[-1].at, "rollback").run_back(found[-1], good))
        if kind == "prod":
            found.append(Execution(number, start + timedelta(minutes=rng.randint(50, 200)), "good").run())
            number += 1
        good = found[-1] if found[-1].kind == "good" else good
    found.append(Execution(number, now - timedelta(hours=5), "good").run())
    found.append(Execution(number + 1, now - timedelta(minutes=24), "waiting").run())
    return found
