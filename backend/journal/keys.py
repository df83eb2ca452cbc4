"""The key that writers present. Compared as digests, so neither content nor length can be timed."""

import hashlib
import hmac

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyHeader


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()


def key_is_right(key: str | None) -> bool:
    return hmac.compare_digest(_digest(key or ""), _digest(settings.JOURNAL_EVENTS_KEY))


class EventsKey(APIKeyHeader):
    param_name = "X-Api-Key"

    def authenticate(self, request: HttpRequest, key: str | None) -> bool | None:
        return True if key_is_right(key) else None
