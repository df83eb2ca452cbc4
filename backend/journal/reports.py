"""validate-deploy's reports of smoke tests, fetched from where the hook puts them: PREFIX/ENVIRONMENT/DEPLOYMENT.json.

The only module that speaks to S3. A report is evidence beside the events, never a condition for taking them: whatever
goes wrong here is logged, and the next event of the same release tries again (doc/adr/0014).
"""

import json
import logging
from functools import lru_cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from pydantic import ValidationError

from journal.hook_report import HookReport

log = logging.getLogger("journal.reports")

MAX_REPORT_BYTES = 512 * 1024
# Not there: not written, expired, or not for us. S3 says 403 instead of 404 to who may not list the bucket
# (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, 2026-11).
_ABSENT = frozenset({"NoSuchKey", "404"})


@lru_cache(maxsize=1)
def _client() -> Any:
    # One try, and short: events are answered within EventBridge's five seconds
    # (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html, 2026-11).
    config = Config(
        connect_timeout=1,
        read_timeout=1,
        retries={"mode": "standard", "total_max_attempts": 1},
        s3={"addressing_style": "path"} if settings.JOURNAL_S3_PATH_STYLE else None,
    )
    return boto3.client("s3", region_name=settings.JOURNAL_REGION, config=config)


def forget_clients() -> None:
    _client.cache_clear()


def fetch(environment: str, deployment_id: str) -> dict[str, Any] | None:
    """The report as the journal keeps it; None when there is none (yet) or it cannot be had now."""
    if not settings.JOURNAL_REPORTS:
        return None
    bucket, _, prefix = settings.JOURNAL_REPORTS.removeprefix("s3://").partition("/")
    key = "/".join(part for part in (prefix.strip("/"), environment, f"{deployment_id}.json") if part)
    extra = {"deployment_id": deployment_id, "environment": environment}
    try:
        answer = _client().get_object(Bucket=bucket, Key=key)
        body = answer["Body"].read(MAX_REPORT_BYTES + 1)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        (log.info if code in _ABSENT else log.warning)("no report", extra=extra | {"reason": code})
        return None
    except BotoCoreError as error:
        log.warning("no report", extra=extra | {"reason": type(error).__name__})
        return None
    return read(body, extra)


def read(body: bytes, extra: dict[str, str]) -> dict[str, Any] | None:
    if len(body) > MAX_REPORT_BYTES:
        log.warning("report ignored", extra=extra | {"reason": f"over {MAX_REPORT_BYTES} bytes"})
        return None
    try:
        report = HookReport.model_validate(json.loads(body))
    except (ValueError, RecursionError) as error:
        fields = sorted({str(e["loc"][0]) for e in error.errors() if e["loc"]}) if _is_schema(error) else ["JSON"]
        log.warning("report ignored", extra=extra | {"reason": f"not usable: {', '.join(fields)}"})
        return None
    if report.deployment_id not in (None, extra["deployment_id"]):
        log.warning("report ignored", extra=extra | {"reason": "of another deployment"})
        return None
    return report.kept()


def _is_schema(error: Exception) -> bool:
    return isinstance(error, ValidationError)
