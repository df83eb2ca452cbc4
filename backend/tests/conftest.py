"""A complete environment before Django reads it, and a table in moto for each test."""

import os

EVENTS_KEY = "the-events-key-of-the-tests"
DIGEST = "sha256:" + "ab" * 32
ENVIRONMENT = {
    "DJANGO_SECRET_KEY": "a-secret-of-the-tests-only",
    "DJANGO_ALLOWED_HOSTS": "journal.example.com",
    "JOURNAL_EVENTS_KEY": EVENTS_KEY,
    "JOURNAL_TABLE": "journal-tests",
    "AWS_REGION": "eu-west-1",
    "ENVIRONMENT": "test",
    "GIT_SHA": "0123456789abcdef0123456789abcdef01234567",
    "IMAGE": f"registry.example.com/journal@{DIGEST}",
}
os.environ.update(ENVIRONMENT)
os.environ.update(
    {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_EC2_METADATA_DISABLED": "true"}
)
for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN", "DJANGO_DEBUG", "PORT", "JOURNAL_LOG_LEVEL"):
    os.environ.pop(name, None)
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"

import django

django.setup()

import pytest
from django.test import Client
from moto import mock_aws

from journal import repository


def new_client() -> Client:
    """A caller with middleware, and so rate limits, of its own. A 500 comes back as an answer, as in production."""
    return Client(raise_request_exception=False, headers={"Host": "journal.example.com"})


@pytest.fixture
def aws():
    repository.forget_clients()
    with mock_aws():
        yield
    repository.forget_clients()


@pytest.fixture
def table(aws):
    assert repository.ensure_table() is True


@pytest.fixture
def client() -> Client:
    return new_client()


@pytest.fixture
def post(client):
    def send(path: str, body: object, key: str | None = EVENTS_KEY):
        headers = {"X-Api-Key": key} if key is not None else {}
        return client.post(path, data=body, content_type="application/json", headers=headers)

    return send
