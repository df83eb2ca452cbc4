"""The HTTP surface: routes, status codes and the OpenAPI document. Decisions are in services and selectors."""

from datetime import UTC, datetime
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest
from ninja import NinjaAPI, Path, Query, Status

from journal import problems, selectors, services, table
from journal.keys import EventsKey
from journal.schemas import (
    Alive,
    CommitPrefix,
    EnvironmentList,
    EnvironmentName,
    EventIn,
    EventReceipt,
    Identifier,
    Metrics,
    Moment,
    Problem,
    Release,
    ReleaseDetail,
    ReleaseIn,
    ReleasePage,
    ReleaseStatus,
    Version,
)


class JournalAPI(NinjaAPI):
    """Its document says that errors are application/problem+json, which django-ninja cannot be told by a schema."""

    def get_openapi_schema(self, **options: Any) -> Any:
        document = super().get_openapi_schema(**options)
        for path in document["paths"].values():
            for operation in path.values():
                for status, response in operation["responses"].items():
                    if int(status) >= 400 and "content" in response:
                        response["content"] = {problems.CONTENT_TYPE: response["content"]["application/json"]}
        return document


api = JournalAPI(
    title="Release journal",
    version=settings.JOURNAL_VERSION,
    description="What is live where, and how it got there. Errors are application/problem+json.",
    docs_url=None,
)
problems.register(api)

_READ = {422: Problem, 503: Problem}
_WRITE = {400: Problem, 401: Problem, 413: Problem, 422: Problem, 429: Problem, 503: Problem}


@api.get("/health", response=Alive, tags=["service"])
def health(request: HttpRequest):
    """Alive. Touches nothing."""
    return {"status": "ok"}


@api.get("/ready", response={200: Alive, 503: Problem}, tags=["service"])
def ready(request: HttpRequest):
    """The table answers."""
    table.probe()
    return {"status": "ok"}


@api.get("/version", response=Version, tags=["service"])
def version(request: HttpRequest):
    return {
        "git_sha": settings.JOURNAL_GIT_SHA,
        "image_digest": settings.JOURNAL_IMAGE_DIGEST,
        "environment": settings.JOURNAL_ENVIRONMENT,
        "version": settings.JOURNAL_VERSION,
    }


@api.get("/releases", response={200: ReleasePage, **_READ}, tags=["releases"])
def list_releases(
    request: HttpRequest,
    environment: EnvironmentName | None = None,
    status: ReleaseStatus | None = None,
    since: Annotated[Moment | None, Query(description="releases that started then or later")] = None,
    commit: Annotated[CommitPrefix | None, Query(description="the first digits of a commit, four or more")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(min_length=1, max_length=1024)] = None,
):
    """Newest first."""
    items, next_cursor = selectors.list_releases(environment, status, since, commit, limit, cursor)
    return {"items": items, "next_cursor": next_cursor}


@api.post(
    "/releases",
    auth=EventsKey(),
    response={200: Release, 201: Release, 409: Problem, **_WRITE},
    tags=["releases"],
)
def create_release(request: HttpRequest, body: ReleaseIn):
    """201 for a new release, 200 for the same one again, 409 for another one under the same id and environment."""
    release, created = services.create_release(body, datetime.now(UTC))
    return Status(201 if created else 200, release)


@api.get("/releases/{release_id}", response={200: ReleaseDetail, 404: Problem, **_READ}, tags=["releases"])
def get_release(request: HttpRequest, release_id: Annotated[Identifier, Path()]):
    """One release in all of its environments: stages, approval, reports of the smoke tests."""
    return selectors.release_detail(release_id)


@api.get("/environments", response={200: EnvironmentList, **_READ}, tags=["releases"])
def list_environments(request: HttpRequest):
    """What is live where."""
    return {"items": selectors.environments()}


@api.get("/metrics", response={200: Metrics, **_READ}, tags=["metrics"])
def get_metrics(
    request: HttpRequest,
    environment: EnvironmentName = "prod",
    days: Annotated[int, Query(ge=7, le=366)] = 30,
):
    """Deployment frequency, lead time, change failure rate, time to restore: of the last days (UTC), today included."""
    return selectors.metrics(environment, days, datetime.now(UTC).date())


@api.post("/events", auth=EventsKey(), response={200: EventReceipt, 202: EventReceipt, **_WRITE}, tags=["events"])
def receive_event(request: HttpRequest, body: EventIn):
    """For an EventBridge API destination. 200: known and applied; 202: of another kind, kept as it came."""
    receipt = services.receive_event(body, request.body, datetime.now(UTC))
    return Status(200 if receipt.known else 202, receipt)
