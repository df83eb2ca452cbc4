"""What every request goes through: identity headers and log line, problem+json, hosts, limits."""

import logging
import re
import threading
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse

from journal import problems
from journal.keys import key_is_right
from journal.logs import request_id

log = logging.getLogger("journal.request")
Handler = Callable[[HttpRequest], HttpResponse]

# Load balancers check these with the task's IP address as Host.
ANY_HOST_PATHS = frozenset({"/api/health", "/api/ready"})
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,128}")

_SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class StampMiddleware:
    """Request id, version and security headers on every answer, and its line in the log.

    HEAD is answered like GET, without the content.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        offered = request.headers.get("X-Request-Id", "")
        current = offered if _REQUEST_ID.fullmatch(offered) else uuid.uuid4().hex
        token = request_id.set(current)
        method = request.method
        try:
            if method == "HEAD":
                request.method = "GET"
            response = self.get_response(request)
            response.headers["Content-Length"] = str(len(response.content))
            if method == "HEAD":
                response.content = b""
            response.headers["X-Request-Id"] = current
            response.headers["X-App-Version"] = settings.JOURNAL_GIT_SHA
            response.headers["X-App-Image-Digest"] = settings.JOURNAL_IMAGE_DIGEST
            for name, value in _SECURITY_HEADERS.items():
                response.headers[name] = value
            line = {
                "method": method,
                "path": request.path,
                "status": response.status_code,
                "ms": round((time.perf_counter() - started) * 1000, 1),
            }
            log.info("request", extra=line)
            return response
        finally:
            request_id.reset(token)


class ProblemMiddleware:
    """Errors that a library answered in its own format (405, for one) become problem+json."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code < 400 or response.headers.get("Content-Type") == problems.CONTENT_TYPE:
            return response
        kept = {name: value for name, value in response.headers.items() if name in ("Allow", "Retry-After")}
        return problems.problem(response.status_code, headers=kept)


class HostMiddleware:
    """Hosts are closed: only DJANGO_ALLOWED_HOSTS, except for the two health checks."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path not in ANY_HOST_PATHS:
            try:
                request.get_host()
            except DisallowedHost:
                return problems.problem(400, "this host is not served here")
        return self.get_response(request)


class TokenBucket:
    """`burst` at once, `per_second` in the long run. Thread-safe."""

    def __init__(self, burst: int, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.burst = float(burst)
        self.per_second = per_second
        self.clock = clock
        self.tokens = self.burst
        self.filled_at = clock()
        self.lock = threading.Lock()

    def take(self) -> bool:
        with self.lock:
            now = self.clock()
            self.tokens = min(self.burst, self.tokens + (now - self.filled_at) * self.per_second)
            self.filled_at = now
            if self.tokens < 1:
                return False
            self.tokens -= 1
            return True


class LimitMiddleware:
    """Size and rate of what is sent to us. Strangers cannot use up what callers with the key may send."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.callers = TokenBucket(settings.POST_BURST, settings.POST_PER_SECOND)
        self.strangers = TokenBucket(settings.STRANGER_POST_BURST, settings.STRANGER_POST_PER_SECOND)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            known = key_is_right(request.headers.get("X-Api-Key", ""))
            if not (self.callers if known else self.strangers).take():
                return problems.problem(429, "too many requests; try again later", headers={"Retry-After": "1"})
        if "Transfer-Encoding" in request.headers:
            return problems.problem(411, "send the body with a Content-Length")
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > settings.BODY_LIMIT_BYTES:
            return problems.problem(413, f"a body may have at most {settings.BODY_LIMIT_BYTES} bytes")
        return self.get_response(request)
