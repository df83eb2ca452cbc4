"""A complete environment before Django reads it; one moto for the whole run, and a new table for each test."""

import itertools
import os
import sys
from contextlib import contextmanager

EVENTS_KEY = "the-events-key-of-the-tests"
DIGEST = "sha256:" + "ab" * 32
REPORTS_BUCKET = "reports-of-the-tests"
ENVIRONMENT = {
    "DJANGO_SECRET_KEY": "a-secret-of-the-tests-only",
    "DJANGO_ALLOWED_HOSTS": "journal.example.com",
    "JOURNAL_EVENTS_KEY": EVENTS_KEY,
    "JOURNAL_TABLE": "journal-tests",
    "JOURNAL_REPORTS": f"s3://{REPORTS_BUCKET}/reports",
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
from django.conf import settings
from django.test import Client, override_settings
from moto import mock_aws

from journal import table as journal_table

_tables = itertools.count(1)


def new_client() -> Client:
    """A caller with middleware, and so rate limits, of its own. A 500 comes back as an answer, as in production."""
    return Client(raise_request_exception=False, headers={"Host": "journal.example.com"})


@contextmanager
def new_table_name():
    """A table of one's own, gone afterwards: moto copies all tables for each transaction."""
    with override_settings(JOURNAL_TABLE=f"journal-tests-{next(_tables)}"):
        yield
        dynamodb = journal_table.client()
        if settings.JOURNAL_TABLE in dynamodb.list_tables()["TableNames"]:
            dynamodb.delete_table(TableName=settings.JOURNAL_TABLE)


@pytest.fixture(scope="session")
def moto():
    """Making a botocore client takes longer than most tests, so there is one of each."""
    with mock_aws():
        import boto3

        s3 = boto3.client("s3", region_name="eu-west-1")
        s3.create_bucket(Bucket=REPORTS_BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        yield s3


@pytest.fixture
def aws(moto):
    """AWS without the journal's table."""
    with new_table_name():
        yield


@pytest.fixture
def table(aws):
    assert journal_table.ensure_table() is True


@pytest.fixture
def untraced():
    """For tests with many requests: tracing moto takes as long as moto itself, and other tests cover the same lines."""
    trace = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(trace)


@pytest.fixture
def client() -> Client:
    return new_client()


@pytest.fixture
def post(client):
    def send(path: str, body: object, key: str | None = EVENTS_KEY):
        headers = {"X-Api-Key": key} if key is not None else {}
        return client.post(path, data=body, content_type="application/json", headers=headers)

    return send


@pytest.fixture
def requests_made():
    """Names and parameters of the DynamoDB operations that are asked for, by botocore's own event."""
    sent: list[tuple[str, dict]] = []

    def note(params, model, **_):
        sent.append((model.name, params))

    events = journal_table.client().meta.events
    events.register("provide-client-params.dynamodb", note)
    yield sent
    events.unregister("provide-client-params.dynamodb", note)
