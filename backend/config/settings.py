"""Django settings, from the environment only. A wrong environment ends the process at once."""

import os
import sys

from config.environment import InvalidEnvironment, read_environment
from journal import __version__
from journal.logs import logging_config

try:
    ENV = read_environment(os.environ)
except InvalidEnvironment as error:
    sys.exit(f"error: {error}")

SECRET_KEY = ENV.secret_key
DEBUG = ENV.debug
ALLOWED_HOSTS = ENV.allowed_hosts

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
# `ninja` is listed for its `export_openapi_schema` command.
INSTALLED_APPS = ["journal", "ninja"]
DATABASES: dict = {}
USE_TZ = True
USE_I18N = False
APPEND_SLASH = False

# Outermost first: whatever an inner one answers gets the headers and a log line.
MIDDLEWARE = [
    "journal.middleware.StampMiddleware",
    "journal.middleware.ProblemMiddleware",
    "journal.middleware.HostMiddleware",
    "journal.middleware.LimitMiddleware",
]

BODY_LIMIT_BYTES = 256 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = BODY_LIMIT_BYTES
# One bucket of each per process, for POST: callers with the right key, and everyone else.
POST_BURST = 120
POST_PER_SECOND = 20.0
STRANGER_POST_BURST = 20
STRANGER_POST_PER_SECOND = 2.0

JOURNAL_VERSION = __version__
JOURNAL_ENVIRONMENT = ENV.name
JOURNAL_GIT_SHA = ENV.git_sha
JOURNAL_IMAGE_DIGEST = ENV.image_digest
JOURNAL_EVENTS_KEY = ENV.events_key
JOURNAL_TABLE = ENV.table
JOURNAL_REGION = ENV.region
JOURNAL_RAW_EVENT_DAYS = 90
JOURNAL_REPORTS = ENV.reports
JOURNAL_S3_PATH_STYLE = ENV.s3_path_style

LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logging_config(ENV.log_level)
