"""Who calls what of AWS: an address for each role, which passes everything on to the local world's gateway and writes it down.

A proxy knows only its role, and of a call what the envelope says; the name of an operation of S3 and CloudFront, which lies in method and path, is
taken from the gateway's own request log. It must not know what an operation does.
"""

import http.client
import json
import re
import threading
import urllib.parse
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Method, path, and the operation where the envelope names it.
Call = tuple[str, str, str, str]


@dataclass
class Recorder:
    """Proxies by role. They can be started before the gateway is there; `gateway` is its address, once it is known."""

    gateway: str = ""
    calls: dict[str, list[Call]] = field(default_factory=dict)
    servers: list[ThreadingHTTPServer] = field(default_factory=list)

    def address(self, role: str) -> str:
        """A new address for `role`."""
        self.calls[role] = []
        recorder = self

        class Handler(_Proxy):
            gateway = property(lambda _: recorder.gateway)
            seen = recorder.calls[role]

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    def stop(self) -> None:
        for server in self.servers:
            server.shutdown()
            server.server_close()

    def log(self) -> list[dict]:
        """What the gateway has seen."""
        with urllib.request.urlopen(f"{self.gateway}/_local/log") as answer:
            return json.load(answer)

    def forget(self) -> None:
        """What was called until now is of no interest."""
        urllib.request.urlopen(urllib.request.Request(f"{self.gateway}/_local/log", method="DELETE")).close()
        for calls in self.calls.values():
            calls.clear()

    def operations(self) -> dict[str, set[str]]:
        """`service:Operation` by role."""
        by_path: dict[tuple[str, str], set[str]] = {}
        for call in self.log():
            by_path.setdefault((call["method"], call["path"]), set()).add(f"{call['service']}:{call['operation']}")
        found: dict[str, set[str]] = {}
        for role, calls in self.calls.items():
            found[role] = set()
            for method, path, service, operation in list(calls):
                found[role] |= {f"{service}:{operation}"} if operation else by_path[method, path]
        return found

    def unrecorded(self) -> set[str]:
        """What the gateway was asked at its own address."""
        # What a transaction consists of are no calls of their own; one too many here hides nothing but calls of its own service.
        recorded = Counter((method, path, service) for calls in self.calls.values() for method, path, service, _ in calls)
        found = set()
        for call in self.log():
            key = (call["method"], call["path"], call["service"])
            if recorded[key]:
                recorded[key] -= 1
            else:
                found.add(f"{call['service']}:{call['operation']}")
        return found


class _Proxy(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    gateway = ""
    seen: list[Call] = []

    def log_message(self, *_: object) -> None:
        """Nothing on stderr; `seen` is the log."""

    def _pass_on(self) -> None:
        body = self._body()
        self.seen.extend((self.command, self.path, service, operation) for service, operation in _operations(self.command, self.path, self.headers, body))
        # As it came, the host too: it is signed.
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.gateway).netloc, timeout=120)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in ("connection", "transfer-encoding", "expect"):
                    connection.putheader(name, value)
            if self.headers.get("Transfer-Encoding"):
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            content = answer.read()
        except OSError:
            # As if the gateway itself had been asked: no answer.
            self.close_connection = True
            return
        finally:
            connection.close()
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                self.send_header(name, value)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(content))
        if length is not None and answer.status not in (204, 304):
            self.send_header("Content-Length", length)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_PATCH = _pass_on  # noqa: N815 (names of http.server)

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return body


def _operations(method: str, path: str, headers: http.client.HTTPMessage, body: bytes) -> list[tuple[str, str]]:
    """Service and operation; the operation is empty where the envelope does not name it. A transaction is also what it consists of: that is what
    DynamoDB authorises (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html, 2026-11)."""
    scope = re.search(r"Credential=[^/]+/\d+/[^/]*/([a-z0-9-]+)/aws4_request", headers.get("Authorization", ""))
    service = scope[1] if scope else "s3"
    if target := headers.get("X-Amz-Target"):
        operation = target.rsplit(".", 1)[-1]
        if operation == "TransactWriteItems":
            kinds = {kind for item in json.loads(body)["TransactItems"] for kind in item}
            return [(service, operation), *((service, "ConditionCheckItem" if kind == "ConditionCheck" else f"{kind}Item") for kind in sorted(kinds))]
        return [(service, operation)]
    if service == "lambda" and method == "GET" and re.fullmatch(r"/2015-03-31/functions/[^/]+/configuration(\?.*)?", path):
        return [(service, "GetFunctionConfiguration")]
    if service in ("s3", "cloudfront", "lambda"):
        return [(service, "")]
    return [(service, urllib.parse.parse_qs(body.decode(errors="replace")).get("Action", [""])[0])]
