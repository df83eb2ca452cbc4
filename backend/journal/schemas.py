"""What goes over the wire, in both directions. Everything that comes in is checked here and nowhere else."""

from datetime import datetime
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
Status = Literal["in_progress", "succeeded", "failed"]


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
    status: Status
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
    status: Literal["waiting", "approved", "rejected"]
    requested_at: datetime
    decided_at: datetime | None
    summary: str | None = Field(description="what the approver wrote")


class Release(Schema):
    id: str = Field(description="for releases of a pipeline, the id of its execution")
    environment: str
    status: Status
    git_sha: str | None = Field(description="null until the pipeline's source event was received")
    message: str | None
    author: str | None
    image_digest: str | None
    started_at: datetime
    finished_at: datetime | None
    origin: Literal["api", "events"]
    pipeline: str | None
    approval: Approval | None


class ReleasePage(Schema):
    items: list[Release]
    next_cursor: str | None = Field(
        description="null at the end; with a status filter a page may be short, or empty, and still have a next one"
    )


class Action(Schema):
    name: str
    category: str | None
    provider: str | None
    status: Status
    started_at: datetime
    finished_at: datetime | None
    external_id: str | None
    summary: str | None
    url: str | None


class Stage(Schema):
    name: str
    status: Status
    started_at: datetime
    finished_at: datetime | None
    actions: list[Action]


class ReleaseDetail(Schema):
    id: str
    pipeline: str | None
    status: Status | None = Field(description="of the whole pipeline execution; null when no event told")
    approval: Approval | None
    stages: list[Stage]
    releases: list[Release]


class EnvironmentState(Schema):
    environment: str
    live: Release | None = Field(description="the latest release that succeeded")
    in_progress: Release | None


class EnvironmentList(Schema):
    items: list[EnvironmentState]


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


class EventReceipt(Schema):
    id: str
    known: bool = Field(description="false: kept as it came, nothing was derived from it")
    duplicate: bool
