"""gunicorn: few workers with threads, JSON logs, a drain on SIGTERM, nothing written to disk."""

import os
from pathlib import Path

from journal.logs import logging_config

# PORT and JOURNAL_LOG_LEVEL are judged by config.settings when the application is loaded, a moment later; until then
# a wrong value falls back, so that there is one message about the whole environment and not two.
_port = os.environ.get("PORT", "").strip()
_level = os.environ.get("JOURNAL_LOG_LEVEL", "").strip().upper()
_workers = os.environ.get("WEB_CONCURRENCY", "").strip()

bind = f"{os.environ.get('HOST', '0.0.0.0')}:{_port if _port.isdecimal() and 0 < int(_port) < 65536 else 8000}"
workers = int(_workers) if _workers.isdecimal() and int(_workers) > 0 else 1
worker_class = "gthread"
threads = 4
timeout = 30
# Longer than a load balancer's idle timeout (60 s), so that it is never us who closes a connection it is about to use.
keepalive = 75
# ECS sends SIGKILL 30 s after SIGTERM by default.
graceful_timeout = 20
# The environment is checked in the master: a wrong one ends the process instead of restarting workers for ever.
preload_app = True
control_socket_disable = True
if Path("/dev/shm").is_dir():
    worker_tmp_dir = "/dev/shm"

# One line per request comes from journal.middleware, with the request id; gunicorn's are switched off in here.
logconfig_dict = logging_config(_level if _level in ("DEBUG", "INFO", "WARNING", "ERROR") else "INFO")
