"""Reads the process environment once and says everything that is wrong with it at once.

Values are never part of a message: some of them are secrets.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

MIN_SECRET_CHARS = 16
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

_ENVIRONMENT = re.compile(r"[a-z][a-z0-9-]{0,31}")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_TABLE = re.compile(r"[A-Za-z0-9_.-]{3,255}")
_GIT_SHA = re.compile(r"[A-Za-z0-9._-]{1,64}")
_IMAGE = re.compile(r"[!-~]{1,512}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_REPORTS = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.*'()/-]{0,512})?")
_HOST = re.compile(r"\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\]")


class InvalidEnvironment(Exception):
    """The process cannot start; the message lists every variable that has to be changed."""

    def __init__(self, missing: list[str], invalid: list[str]) -> None:
        lines = ["the release journal cannot start"]
        if missing:
            lines.append(f"  missing: {', '.join(missing)}")
        lines.extend(f"  invalid: {reason}" for reason in invalid)
        lines.append("hint: set these environment variables; backend/README.md describes each one")
        super().__init__("\n".join(lines))


@dataclass(frozen=True)
class Environment:
    secret_key: str = field(repr=False)
    events_key: str = field(repr=False)
    table: str
    region: str
    allowed_hosts: list[str]
    name: str
    git_sha: str
    image_digest: str
    port: int
    log_level: str
    debug: bool
    reports: str
    s3_path_style: bool


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.missing: list[str] = []
        self.invalid: list[str] = []

    def required(self, name: str) -> str:
        value = self.environ.get(name, "").strip()
        if not value:
            self.missing.append(name)
        return value

    def optional(self, name: str, default: str) -> str:
        return self.environ.get(name, "").strip() or default

    def check(self, name: str, value: str, good: bool, rule: str) -> None:
        if value and not good:
            self.invalid.append(f"{name} must be {rule}")

    def secret(self, name: str) -> str:
        value = self.required(name)
        rule = f"at least {MIN_SECRET_CHARS} characters long"
        self.check(name, value, len(value) >= MIN_SECRET_CHARS, rule)
        return value


def read_environment(environ: Mapping[str, str]) -> Environment:
    """Raises InvalidEnvironment naming all missing and invalid variables."""
    read = _Reader(environ)

    debug = read.optional("DJANGO_DEBUG", "0")
    read.check("DJANGO_DEBUG", debug, debug in ("0", "1"), "0 or 1")

    secret_key = read.secret("DJANGO_SECRET_KEY")
    events_key = read.secret("JOURNAL_EVENTS_KEY")

    table = read.required("JOURNAL_TABLE")
    read.check("JOURNAL_TABLE", table, bool(_TABLE.fullmatch(table)), "a DynamoDB table name")

    region = read.required("AWS_REGION")
    read.check("AWS_REGION", region, bool(_REGION.fullmatch(region)), "a region such as eu-west-1")

    raw_hosts = read.required("DJANGO_ALLOWED_HOSTS")
    hosts = [host.strip() for host in raw_hosts.split(",") if host.strip()]
    hosts_good = bool(hosts) and all(_HOST.fullmatch(h) or (h == "*" and debug == "1") for h in hosts)
    rule = "a comma-separated list of host names without scheme or port (* only with DJANGO_DEBUG=1)"
    read.check("DJANGO_ALLOWED_HOSTS", raw_hosts, hosts_good, rule)

    name = read.required("ENVIRONMENT")
    read.check("ENVIRONMENT", name, bool(_ENVIRONMENT.fullmatch(name)), "a lower-case name such as test or prod")

    git_sha = read.optional("GIT_SHA", "unknown")
    read.check("GIT_SHA", git_sha, bool(_GIT_SHA.fullmatch(git_sha)), "a commit id")

    image = read.optional("IMAGE", "unknown")
    _, at, digest = image.partition("@")
    image_good = bool(_IMAGE.fullmatch(image)) and (not at or bool(_DIGEST.fullmatch(digest)))
    read.check("IMAGE", image, image_good, "an image reference such as repository@sha256:<64 hex digits>")

    port = read.optional("PORT", "8000")
    port_good = port.isascii() and port.isdigit() and 0 < int(port) < 65536
    read.check("PORT", port, port_good, "a number from 1 to 65535")

    log_level = read.optional("JOURNAL_LOG_LEVEL", "INFO").upper()
    read.check("JOURNAL_LOG_LEVEL", log_level, log_level in LOG_LEVELS, f"one of {', '.join(LOG_LEVELS)}")

    reports = read.optional("JOURNAL_REPORTS", "")
    read.check(
        "JOURNAL_REPORTS", reports, bool(_REPORTS.fullmatch(reports)), "a place in S3 such as s3://bucket/reports"
    )

    if read.missing or read.invalid:
        raise InvalidEnvironment(read.missing, read.invalid)
    return Environment(
        secret_key=secret_key,
        events_key=events_key,
        table=table,
        region=region,
        allowed_hosts=hosts,
        name=name,
        git_sha=git_sha,
        image_digest=digest or "unknown",
        port=int(port),
        log_level=log_level,
        debug=debug == "1",
        reports=reports,
        # Another endpoint than AWS's (local-pipeline, for one) has no host name for each bucket.
        s3_path_style=bool(environ.get("AWS_ENDPOINT_URL") or environ.get("AWS_ENDPOINT_URL_S3")),
    )
