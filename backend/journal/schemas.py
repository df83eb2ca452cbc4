"""What goes over the wire, in both directions. Everything that comes in is checked here and nowhere else."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, StringConstraints, model_validator


def _plausible(moment: datetime) -> datetime:
    if not 2000 <= moment.year <= 2200:
        raise ValueError("the year must be between 2000 and 2200")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_plausible)]
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$")]
EnvironmentName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
GitSha = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{7,64}$")]
ImageDigest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
# Names of pipelines, stages and actions as CodePipeline allows them.
PipelineWord = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.@_-]{1,100}$")]
# CodeDeploy documents a length only
# (https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateApplication.html, 2026-11).
CodeDeployName = Annotated[str, StringConstraints(min_length=1, max_length=100)]
# What the journal uses of an id that becomes part of an object's key.
DeploymentId = Annotated[str, StringConstraints(pattern=r"^d-[A-Z0-9]{5,32}$")]
CommitPrefix = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{4,64}$")]
# What a caller may say of a release; the pipeline's events tell more.
PostedStatus = Literal["in_progress", "succeeded", "failed"]
ReleaseStatus = Literal["waiting", "in_progress", "succeeded", "failed", "rejected", "stopped"]
StepStatus = Literal["in_progress", "succeeded", "failed", "stopped"]


class Problem(Schema):
    """RFC 9457, sent as application/problem+json."""

    type: str
    title: str
    status: int
    detail: str | None = None
    request_id: str | None = None
    errors: list[dict[str, Any]] | None = None


class Alive(Schema):
    status: Literal["ok"]


class Version(Schema):
    git_sha: str
    image_digest: str
    environment: str
    version: str


class ReleaseIn(Schema):
    model_config = ConfigDict(extra="forbid")

    id: Identifier
    environment: EnvironmentName
    git_sha: GitSha
    message: Annotated[str, StringConstraints(max_length=4096)]
    author: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    status: PostedStatus
    image_digest: ImageDigest | None = None
    started_at: Moment | None = Field(None, description="now, when it is not given")
    finished_at: Moment | None = Field(None, description="now, when it is not given and the release has ended")

    @model_validator(mode="after")
    def _times_agree(self) -> "ReleaseIn":
        if self.status == "in_progress" and self.finished_at:
            raise ValueError("a release in progress has no finished_at")
        if self.finished_at and not self.started_at:
            raise ValueError("finished_at needs started_at")
        if self.finished_at and self.started_at and self.finished_at < self.started_at:
            raise ValueError("finished_at is before started_at")
        return self


class Approval(Schema):
    stage: str
    action: str
    status: Literal["waiting", "approved", "rejected", "unanswered"]
    requested_at: datetime
    decided_at: datetime | None
    summary: str | None = Field(description="what the approver wrote")
    approver: str | None = Field(description="who, where the summary says so as `approve` writes it")


class Deployment(Schema):
    id: str
    status: StepStatus
    started_at: datetime
    finished_at: datetime | None


class Validation(Schema):
    """The smoke tests of a deployment in one line."""

    verdict: Literal["Succeeded", "Failed"]
    reason: str
    message: str
    passed: int
    total: int


class Restored(Schema):
    """The release that a rollback brought back."""

    id: str
    git_sha: str | None
    message: str | None


class Rollback(Schema):
    """A run of one stage with what was released before, not with something new."""

    automatic: bool = Field(description="after a failure; false: by a person")
    by: str | None = Field(description="who, as AWS tells it; null for an automatic one")
    failed_release: str | None = Field(description="the release whose failure led to an automatic one")
    restored: Restored | None = Field(
        None, description="told of one release and of what is live, not in lists; null also where it is not known"
    )


class Release(Schema):
    id: str = Field(description="for releases of a pipeline, the id of its execution")
    environment: str
    status: ReleaseStatus
    git_sha: str | None = Field(description="null until the pipeline's source event was received")
    message: str | None
    author: str | None
    image_digest: str | None = Field(description="of a pipeline's release, once the smoke tests have identified it")
    started_at: datetime
    finished_at: datetime | None
    origin: Literal["api", "events"]
    pipeline: str | None
    approval: Approval | None
    deployment: Deployment | None
    validation: Validation | None
    rollback: Rollback | None = Field(None, description="null for a release of something new")


class ReleasePage(Schema):
    items: list[Release]
    next_cursor: str | None = Field(description="null at the end")


class Action(Schema):
    name: str
    category: str | None
    provider: str | None
    status: StepStatus
    started_at: datetime
    finished_at: datetime | None
    external_id: str | None
    summary: str | None
    url: str | None


class Stage(Schema):
    name: str
    status: StepStatus
    started_at: datetime
    finished_at: datetime | None
    actions: list[Action]


class ReportPhase(Schema):
    phase: str
    passed: bool
    elapsed_ms: int
    detail: str


class ReportCheck(Schema):
    name: str
    passed: bool
    elapsed_ms: int
    tries: int
    wrong: list[str] = Field(description="of the last try")


class TaskDefinitionChange(Schema):
    path: str
    before: str | None = Field(description="null where it was not there")
    after: str | None
    hidden: bool = Field(description="a value of the environment: that it changed is told, what it is is not")


class TaskDefinition(Schema):
    before: str | None = Field(description="family:revision that was live; null for the first one")
    after: str
    changes: list[TaskDefinitionChange]


class Report(Schema):
    """What validate-deploy found out about one deployment."""

    environment: str
    deployment_id: str
    verdict: Literal["Succeeded", "Failed"]
    reason: str
    message: str
    expected_version: str | None
    started_at: datetime
    elapsed_ms: int
    phases: list[ReportPhase]
    checks: list[ReportCheck]
    task_definition: TaskDefinition | None


class ReleaseDetail(Schema):
    id: str
    pipeline: str | None
    status: StepStatus | None = Field(description="of the whole pipeline execution; null when no event told")
    approval: Approval | None
    stages: list[Stage]
    releases: list[Release]
    reports: list[Report]


class EnvironmentState(Schema):
    environment: str
    live: Release | None = Field(description="the latest release that succeeded")
    in_progress: Release | None = Field(description="on its way, and newer than what is live")
    waiting: Release | None = Field(description="at the manual gate, and newer than what is live")
    failed: Release | None = Field(description="the latest one that failed, if it is newer than what is live")


class EnvironmentList(Schema):
    items: list[EnvironmentState]


class Measures(Schema):
    """The four DORA measures of a span of days."""

    deployments: int = Field(description="releases that succeeded, without rollbacks")
    failures: int = Field(description="releases that failed, and those that a person rolled back later")
    deployments_per_day: float
    lead_time_seconds: float | None = Field(description="median, from the pipeline's start to the release's end")
    change_failure_rate: float | None = Field(
        description="failures of all releases that ended; rollbacks are not releases of something new"
    )
    time_to_restore_seconds: float | None = Field(description="median, from the first failure to the next success")


class MeasuresOfSpan(Measures):
    from_date: date
    to_date: date


class Metrics(Schema):
    environment: str
    days: int
    from_date: date
    to_date: date
    current: Measures
    previous: Measures = Field(description="of as many days before")
    failing_since: datetime | None = Field(description="the first failure that no success followed")
    series: list[MeasuresOfSpan] = Field(
        description="in days, or in weeks for more than 31 days; the first may be short"
    )


class EventIn(Schema):
    """EventBridge's envelope; fields we do not name are kept with the raw event."""

    id: Identifier
    source: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    detail_type: Annotated[str, StringConstraints(min_length=1, max_length=128)] = Field(alias="detail-type")
    time: Moment
    region: str = ""
    account: str = ""
    resources: list[str] = Field(default_factory=list)
    detail: dict[str, Any]


class PipelineDetail(Schema):
    """The part of a CodePipeline event's detail that we read."""

    model_config = ConfigDict(extra="allow")

    pipeline: PipelineWord
    execution_id: Identifier = Field(alias="execution-id")
    state: Annotated[str, StringConstraints(pattern=r"^[A-Z_]{1,32}$")]


class StageDetail(PipelineDetail):
    stage: PipelineWord


class ActionDetail(StageDetail):
    action: PipelineWord
    type: dict[str, Any] | None = None
    execution_result: dict[str, Any] | None = Field(None, alias="execution-result")


class DeploymentDetail(Schema):
    """The part of a CodeDeploy event's detail that we read."""

    model_config = ConfigDict(extra="allow")

    deployment_id: DeploymentId = Field(alias="deploymentId")
    state: Annotated[str, StringConstraints(pattern=r"^[A-Z_]{1,32}$")]
    application: CodeDeployName
    deployment_group: CodeDeployName = Field(alias="deploymentGroup")


class EventReceipt(Schema):
    id: str
    known: bool = Field(description="false: kept as it came, nothing was derived from it")
    duplicate: bool
