"""Starting with a wrong environment, and what a right one becomes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.environment import InvalidEnvironment, read_environment
from tests.conftest import DIGEST, ENVIRONMENT

BACKEND = Path(__file__).resolve().parent.parent
REQUIRED = [
    "DJANGO_SECRET_KEY",
    "JOURNAL_EVENTS_KEY",
    "JOURNAL_TABLE",
    "AWS_REGION",
    "DJANGO_ALLOWED_HOSTS",
    "ENVIRONMENT",
]


def test_everything_missing_is_named_at_once():
    with pytest.raises(InvalidEnvironment) as caught:
        read_environment({})
    assert f"  missing: {', '.join(REQUIRED)}\n" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DJANGO_SECRET_KEY", "short"),
        ("JOURNAL_EVENTS_KEY", "short"),
        ("JOURNAL_TABLE", "no spaces"),
        ("AWS_REGION", "europe"),
        ("DJANGO_ALLOWED_HOSTS", "https://journal.example.com"),
        ("DJANGO_ALLOWED_HOSTS", "*"),
        ("DJANGO_ALLOWED_HOSTS", " , "),
        ("DJANGO_DEBUG", "yes"),
        ("ENVIRONMENT", "Prod!"),
        ("GIT_SHA", "two words"),
        ("IMAGE", "journal@sha256:abc"),
        ("PORT", "80000"),
        ("PORT", "http"),
        ("JOURNAL_LOG_LEVEL", "LOUD"),
        ("JOURNAL_REPORTS", "https://bucket/reports"),
        ("JOURNAL_REPORTS", "s3://Not A Bucket"),
    ],
)
def test_invalid_values_are_named_and_never_shown(name, value):
    with pytest.raises(InvalidEnvironment) as caught:
        read_environment({**ENVIRONMENT, name: value})
    assert f"invalid: {name} must be" in str(caught.value)
    if value.strip(" ,") == "short":
        assert value not in str(caught.value)


def test_missing_and_invalid_are_told_together():
    environ = {**ENVIRONMENT, "PORT": "x", "IMAGE": "a b"}
    del environ["JOURNAL_TABLE"]
    with pytest.raises(InvalidEnvironment) as caught:
        read_environment(environ)
    assert "missing: JOURNAL_TABLE" in str(caught.value)
    assert "PORT must be" in str(caught.value)
    assert "IMAGE must be" in str(caught.value)


def test_values_and_defaults():
    env = read_environment({**ENVIRONMENT, "DJANGO_ALLOWED_HOSTS": "a.example.com, 127.0.0.1 ,[::1],.example.org"})
    assert env.allowed_hosts == ["a.example.com", "127.0.0.1", "[::1]", ".example.org"]
    assert (env.image_digest, env.port, env.log_level, env.debug) == (DIGEST, 8000, "INFO", False)
    bare = read_environment(
        {**ENVIRONMENT, "IMAGE": "journal:latest", "GIT_SHA": "", "DJANGO_DEBUG": "1", "JOURNAL_REPORTS": ""}
    )
    assert (bare.image_digest, bare.git_sha, bare.debug, bare.reports) == ("unknown", "unknown", True, "")
    assert ENVIRONMENT["JOURNAL_EVENTS_KEY"] not in repr(env)
    assert ENVIRONMENT["DJANGO_SECRET_KEY"] not in repr(env)


@pytest.mark.parametrize(
    "command", [["manage.py", "check"], ["-m", "gunicorn", "-c", "gunicorn.conf.py", "config.wsgi:application"]]
)
def test_process_ends_with_one_message(command):
    environ = {"PATH": os.environ["PATH"], "PORT": "none", "JOURNAL_TABLE": "journal", "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(
        [sys.executable, *command], cwd=BACKEND, env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 1
    assert "error: the release journal cannot start\n" in run.stderr
    assert f"missing: {', '.join(n for n in REQUIRED if n != 'JOURNAL_TABLE')}\n" in run.stderr
    assert "invalid: PORT must be a number from 1 to 65535\n" in run.stderr
    assert "Traceback" not in run.stdout + run.stderr
