"""Errors as problem+json (RFC 9457). A detail says what the caller can do; internals stay in the log."""

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from journal.logs import request_id

CONTENT_TYPE = "application/problem+json"
log = logging.getLogger("journal.problems")


class JournalError(Exception):
    """An error with an answer of its own."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR


class NotFound(JournalError):
    status = HTTPStatus.NOT_FOUND


class Conflict(JournalError):
    status = HTTPStatus.CONFLICT


class Unprocessable(JournalError):
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class Unavailable(JournalError):
    """The table does not answer. Callers may try again."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


def problem(
    status: int,
    detail: str = "",
    *,
    errors: list[dict] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    body: dict[str, object] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": int(status)}
    if detail:
        body["detail"] = detail
    if current := request_id.get():
        body["request_id"] = current
    if errors is not None:
        body["errors"] = errors
    return HttpResponse(json.dumps(body), status=int(status), content_type=CONTENT_TYPE, headers=dict(headers or {}))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem(400, "the request is malformed")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem(403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem(404, "there is nothing at this path")


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls this inside its `except` block, so the exception is still there to be logged."""
    log.exception("unhandled exception")
    return problem(500, "the error was logged under this request id")


def register(api: NinjaAPI) -> None:
    @api.exception_handler(JournalError)
    def on_journal_error(request: HttpRequest, error: JournalError) -> HttpResponse:
        headers = {}
        if isinstance(error, Unavailable):
            log.warning("table unavailable", exc_info=error.__cause__)
            headers["Retry-After"] = "5"
        return problem(error.status, str(error), headers=headers)

    @api.exception_handler(AuthenticationError)
    def on_authentication_error(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        headers = {"WWW-Authenticate": 'ApiKey header="X-Api-Key"'}
        return problem(401, "the X-Api-Key header is missing or wrong", headers=headers)

    @api.exception_handler(HttpError)
    def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
        return problem(error.status_code, "the body is not valid JSON" if error.status_code == 400 else "")

    @api.exception_handler(ValidationError)
    def on_validation_error(request: HttpRequest, error: ValidationError) -> HttpResponse:
        errors = [{"location": [str(part) for part in e["loc"]], "message": e["msg"]} for e in error.errors]
        return problem(422, "the request does not match the schema", errors=errors)

    @api.exception_handler(Exception)
    def on_exception(request: HttpRequest, error: Exception) -> HttpResponse:
        return server_error(request)
