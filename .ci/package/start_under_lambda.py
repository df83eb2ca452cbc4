#!/usr/bin/env python3
"""Starts a program as Lambda does and gives it an event that is none: it must ask for it, and must report a function error.

    start_under_lambda.py [EMULATOR] PROGRAM
"""

import http.server
import json
import os
import queue
import subprocess
import sys
import threading
import time

LIMIT_SECONDS = 60


def main(command: list[str]) -> int:
    seen: queue.Queue[tuple[float, str, bytes]] = queue.Queue()

    class Api(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        given = False

        def do_GET(self) -> None:
            seen.put((time.monotonic(), self.path, b""))
            if Api.given:
                time.sleep(LIMIT_SECONDS)
                return
            Api.given = True
            self.answer(200, b"{}", {"Lambda-Runtime-Aws-Request-Id": "1", "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + 60_000)})

        def do_POST(self) -> None:
            seen.put((time.monotonic(), self.path, self.rfile.read(int(self.headers.get("Content-Length", 0)))))
            self.answer(202, b"{}", {})

        def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Lambda-Runtime-Invoked-Function-Arn": "arn:f", "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environment = {
        **os.environ,
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}",
        "AWS_LAMBDA_FUNCTION_NAME": "validate-deploy",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_REGION": "eu-central-1",
    }
    def next_signal() -> tuple[float, str, bytes]:
        end = time.monotonic() + LIMIT_SECONDS
        while time.monotonic() < end:
            try:
                return seen.get(timeout=0.2)
            except queue.Empty:
                if process.poll() is not None and seen.empty():
                    break
        raise queue.Empty

    started = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        at, path, _ = next_signal()
        if not path.endswith("/invocation/next"):
            print(f"error: {command[-1]} asked for {path} instead of an event", file=sys.stderr)
            return 1
        asked_ms = (at - started) * 1000
        _, path, body = next_signal()
        if not path.endswith("/invocation/1/error") or b"CodeDeploy" not in body:
            print(f"error: {command[-1]} answered {path} with {body!r} instead of failing", file=sys.stderr)
            return 1
    except queue.Empty:
        print(f"error: {command[-1]} said nothing; exit code {process.poll()}", file=sys.stderr)
        return 1
    finally:
        process.kill()
        process.wait()
    how = f" under {os.path.basename(command[0])}" if len(command) > 1 else ""
    print(f"  started{how}: asked for its first event after {asked_ms:.0f} ms, failed the event that is none: {json.loads(body)['errorType']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
