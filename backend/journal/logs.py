"""JSON lines on stdout. Only what callers pass on purpose is logged: no headers, bodies, query strings or settings."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str] = ContextVar("request_id", default="")

# Attributes that `extra=` may add to a line.
_EXTRA = (
    "method",
    "path",
    "status",
    "ms",
    "event_id",
    "detail_type",
    "duplicate",
    "deployment_id",
    "environment",
    "reason",
)


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if current := request_id.get():
            line["request_id"] = current
        for name in _EXTRA:
            if name in record.__dict__:
                line[name] = record.__dict__[name]
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


def logging_config(level: str) -> dict:
    """A dictConfig that serves Django and gunicorn alike."""
    to_stdout = {"handlers": ["stdout"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "journal.logs.JsonFormatter"}},
        "handlers": {
            "stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"},
        },
        "root": {"handlers": ["stdout"], "level": "WARNING"},
        "loggers": {
            "journal": {**to_stdout, "level": level},
            # The request line already tells about 4xx; exceptions are logged by journal.problems.
            "django.request": {**to_stdout, "level": "CRITICAL"},
            "django.security": {**to_stdout, "level": "CRITICAL"},
            "gunicorn.error": {**to_stdout, "level": "INFO"},
            # gunicorn's own access lines would have query strings in them.
            "gunicorn.access": {**to_stdout, "level": "CRITICAL"},
        },
    }
