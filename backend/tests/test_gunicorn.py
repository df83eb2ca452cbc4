"""The real server: gunicorn with two workers, its configuration and its settings; this process's moto is its DynamoDB.

What a container runs is this command. Here it is started, asked by several callers at once, and ended by SIGTERM.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from journal import table
from tests.builders import EXECUTION, whole_execution
from tests.conftest import ENVIRONMENT, EVENTS_KEY

BACKEND = Path(__file__).parents[1]
COMMAND = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "config.wsgi:application"]
_PATIENCE_SECONDS = 60


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class DynamoDB(BaseHTTPRequestHandler):
    """What comes by HTTP is asked of moto by boto3."""

    def do_POST(self):
        parameters = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        operation = self.headers["X-Amz-Target"].partition(".")[2]
        try:
            status, answer = 200, getattr(table.client(), xform_name(operation))(**parameters)
        except ClientError as error:
            code, reasons = table.error_code(error), error.response.get("CancellationReasons", [])
            status, answer = 400, {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "CancellationReasons": reasons}
        answer.pop("ResponseMetadata", None)
        body = json.dumps(answer, default=lambda moment: moment.timestamp()).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(HTTPServer):
    request_queue_size = 64


@pytest.fixture(scope="module")
def dynamodb(moto):
    """One request after the other: among threads moto's transactions are none."""
    server = Server(("127.0.0.1", 0), DynamoDB)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def environment(dynamodb):
    return (
        os.environ
        | ENVIRONMENT
        | {
            "AWS_ENDPOINT_URL": dynamodb,
            "DJANGO_ALLOWED_HOSTS": "127.0.0.1",
            "HOST": "127.0.0.1",
            "JOURNAL_REPORTS": "",
            "JOURNAL_TABLE": "journal-gunicorn",
            "PORT": str(free_port()),
            "WEB_CONCURRENCY": "2",
        }
    )


@pytest.fixture
def server(environment):
    subprocess.run([sys.executable, "manage.py", "create_table"], cwd=BACKEND, env=environment, check=True)
    process = subprocess.Popen(COMMAND, cwd=BACKEND, env=environment, stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while ask(environment, "GET", "/api/health")[0] != 200:
        assert process.poll() is None, process.stdout.read()
        assert time.monotonic() < deadline
        time.sleep(0.1)
    yield process
    if process.poll() is None:
        process.kill()
    process.wait()
    process.stdout.close()


def ask(environment, method: str, path: str, body: bytes | None = None, headers: dict | None = None):
    connection = http.client.HTTPConnection("127.0.0.1", int(environment["PORT"]), timeout=_PATIENCE_SECONDS)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    except ConnectionRefusedError:
        return None, {}, b""
    finally:
        connection.close()


def post(environment, event: dict) -> int:
    headers = {"X-Api-Key": EVENTS_KEY, "Content-Type": "application/json"}
    return ask(environment, "POST", "/api/events", json.dumps(event).encode(), headers)[0]


def test_two_workers_take_the_events_of_one_execution_at_once(environment, server):
    left = [*whole_execution(), *whole_execution()[:4]]
    for _ in range(20):
        with ThreadPoolExecutor(8) as callers:
            answers = list(callers.map(lambda event: (event, post(environment, event)), left))
        assert {status for _, status in answers} <= {200, 503}
        if not (left := [event for event, status in answers if status == 503]):
            break
    assert left == []
    status, headers, body = ask(environment, "GET", f"/api/releases/{EXECUTION}")
    assert (status, headers["X-App-Version"]) == (200, ENVIRONMENT["GIT_SHA"])
    detail = json.loads(body)
    assert [release["status"] for release in detail["releases"]] == ["succeeded", "succeeded"]
    assert [stage["name"] for stage in detail["stages"]] == ["Source", "Test", "Approve", "Prod"]

    # Without a length, with two, and with a length that is none: refused by gunicorn or by the journal, never a 500.
    chunked = {"X-Api-Key": EVENTS_KEY, "Transfer-Encoding": "chunked"}
    assert ask(environment, "POST", "/api/events", b"2\r\n{}\r\n0\r\n\r\n", chunked)[0] == 411
    for length in ("-1", "1_0", "x", "9" * 30):
        status, _, _ = ask(environment, "POST", "/api/events", b"", {"Content-Length": length})
        assert status in (400, 413), length

    server.send_signal(signal.SIGTERM)
    output, _ = server.communicate(timeout=_PATIENCE_SECONDS)
    assert server.returncode == 0
    lines = [json.loads(line) for line in output.splitlines()]
    assert {"request", "event applied"} <= {line["message"] for line in lines}
    assert EVENTS_KEY not in output
    assert ENVIRONMENT["DJANGO_SECRET_KEY"] not in output


def test_a_request_is_finished_before_the_server_ends(environment, server):
    """A request is on its way, byte by byte, when SIGTERM comes."""
    body = json.dumps(whole_execution()[0]).encode()
    head = f"POST /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Api-Key: {EVENTS_KEY}\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", int(environment["PORT"])), timeout=_PATIENCE_SECONDS) as caller:
        caller.sendall(head.encode() + body[:10])
        time.sleep(0.5)  # until a worker reads it: there is nothing to be asked about that
        server.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        caller.sendall(body[10:])
        assert caller.recv(100).startswith(b"HTTP/1.1 200 ")
    assert server.wait(_PATIENCE_SECONDS) == 0


def test_a_wrong_environment_is_told_at_once(environment):
    wrong = environment | {"JOURNAL_EVENTS_KEY": "short", "JOURNAL_TABLE": ""}
    ended = subprocess.run(COMMAND, cwd=BACKEND, env=wrong, capture_output=True, text=True, timeout=_PATIENCE_SECONDS)
    assert ended.returncode != 0
    told = ended.stdout + ended.stderr
    assert "missing: JOURNAL_TABLE" in told
    assert "JOURNAL_EVENTS_KEY must be at least 16 characters long" in told
    assert "short" not in told
